//! Why a profile file cannot be used.

use std::ops::Range;

/// Why a profile file cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProfileError {
    /// The text is not a profile.
    #[error("{file}:{line}:{column}: {message}")]
    Syntax {
        /// The file as named by the caller.
        file: String,
        /// Line, counted from 1.
        line: usize,
        /// Column in characters, counted from 1.
        column: usize,
        /// Bytes of the text that are wrong, for a label.
        span: Option<Range<usize>>,
        /// What is wrong.
        message: String,
    },
    /// Figures that cannot be true together.
    #[error("{file}: {key}: {problem}")]
    Contradiction {
        /// The file as named by the caller.
        file: String,
        /// The key, such as `native_heap.largest`.
        key: &'static str,
        /// What is wrong with it.
        problem: &'static str,
    },
}

impl ProfileError {
    pub(super) fn syntax(error: &toml::de::Error, text: &str, file: &str) -> Self {
        let span = error.span();
        let before = span.as_ref().and_then(|span| text.get(..span.start)).unwrap_or_default();
        Self::Syntax {
            file: file.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before.chars().rev().take_while(|c| *c != '\n').count() + 1,
            message: error.message().replace('\n', ", "),
            span,
        }
    }
}
