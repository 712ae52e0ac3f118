//! What the program says, on stdout and stderr.
//!
//! A reader that goes away (`nanorig ... | head`) ends the talk and nothing else: what was asked for is still done, and
//! the exit code is the usual one.

use std::borrow::Cow;
use std::io::{self, ErrorKind, Write};

use miette::{Context, IntoDiagnostic};

/// Says something to a person.
///
/// # Errors
/// Stdout takes no more, for another reason than that nobody reads it.
pub(crate) fn out(text: &str) -> miette::Result<()> {
    document(&inert(text))
}

/// Hands a document to a machine, byte by byte.
///
/// # Errors
/// Stdout takes no more, for another reason than that nobody reads it.
pub(crate) fn document(text: &str) -> miette::Result<()> {
    write(text).map(drop)
}

/// Says one thing of many to a person; false when nobody reads any more, so that the others need not be said.
///
/// # Errors
/// Stdout takes no more, for another reason than that nobody reads it.
pub(crate) fn is_heard(text: &str) -> miette::Result<bool> {
    write(&inert(text))
}

/// Writes bytes as they are; false when nobody reads them.
fn write(text: &str) -> miette::Result<bool> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(error).into_diagnostic().wrap_err("stdout takes no more of the report"),
    }
}

/// Says on stderr what is wrong, on a line of its own. Where that cannot be said, the exit code has to do.
pub(crate) fn complain(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", inert(text));
}

/// The text without what a terminal would obey, colours apart: other control characters are shown by their numbers.
fn inert(text: &str) -> Cow<'_, str> {
    let obeyed = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    if !text.contains(obeyed) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(obeyed) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(length) = colour_length(rest) {
            out.push_str(&rest[..length]);
            rest = &rest[length..];
        } else {
            let mut chars = rest.chars();
            out.extend(chars.next().into_iter().flat_map(char::escape_unicode));
            rest = chars.as_str();
        }
    }
    out.push_str(rest);
    out.into()
}

/// Length of the sequence that sets a colour, if the text begins with one.
fn colour_length(text: &str) -> Option<usize> {
    let parameters = text.strip_prefix("\u{1b}[")?;
    let end = parameters.find(|c: char| !c.is_ascii_digit() && c != ';')?;
    parameters[end..].starts_with('m').then_some(end + 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_obeys_colours_only() {
        assert_eq!(inert("\u{1b}[1;31mred\u{1b}[0m\n\tplain"), "\u{1b}[1;31mred\u{1b}[0m\n\tplain");
        assert_eq!(inert("a\u{1b}[2Jb\u{7}\rc\u{9b}"), "a\\u{1b}[2Jb\\u{7}\\u{d}c\\u{9b}");
        assert_eq!(inert("\u{1b}]0;title\u{7}\u{1b}["), "\\u{1b}]0;title\\u{7}\\u{1b}[");
    }
}
