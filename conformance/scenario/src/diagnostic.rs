//! What is wrong with a scenario file, for its author.

use std::fmt;

use crate::{Source, Span};

/// One fault: where, what, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable code such as `scenario::unknown-key`.
    pub code: &'static str,
    /// What is wrong, one sentence fragment.
    pub message: String,
    /// The offending text.
    pub span: Span,
    /// A few words under the offending text.
    pub label: String,
    /// What to type.
    pub help: String,
}

/// All faults of one file, in the order of the text.
#[derive(Debug)]
pub struct Faults {
    /// The file.
    pub source: Source,
    /// At least one fault.
    pub faults: Vec<Diagnostic>,
}

impl Faults {
    /// The faults as reports that miette renders one by one.
    #[must_use]
    pub fn reports(&self) -> Vec<miette::Report> {
        let report = |fault: &Diagnostic| {
            miette::Report::new(Spanned { fault: fault.clone() }).with_source_code(self.source.named())
        };
        self.faults.iter().map(report).collect()
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for fault in &self.faults {
            let line = self.source.line(fault.span);
            writeln!(f, "{}:{line}: {} [{}]", self.source.name, fault.message, fault.code)?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}

/// A fault in the form that miette renders.
#[derive(Debug)]
struct Spanned {
    fault: Diagnostic,
}

impl fmt::Display for Spanned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.fault.message)
    }
}

impl std::error::Error for Spanned {}

impl miette::Diagnostic for Spanned {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.fault.code))
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        (!self.fault.help.is_empty()).then(|| Box::new(&self.fault.help) as Box<dyn fmt::Display>)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = miette::LabeledSpan> + '_>> {
        let label = Some(self.fault.label.clone()).filter(|label| !label.is_empty());
        Some(Box::new(std::iter::once(miette::LabeledSpan::new_with_span(label, self.fault.span))))
    }
}
