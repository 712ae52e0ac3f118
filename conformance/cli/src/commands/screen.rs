//! What the terminal can show.

use console::Term;
use miette::{GraphicalReportHandler, GraphicalTheme};
use nanorig_report::Style;
use nanorig_scenario::Faults;

/// The style for stdout: colours only on a terminal that has them and unless `NO_COLOR` is set, and only a terminal has
/// a width.
pub(crate) fn style() -> Style {
    let terminal = Term::stdout();
    Style { colour: colour(&terminal), width: width(&terminal) }
}

/// Columns of a fault that is not read on a terminal.
const PLAIN_FAULT_WIDTH: usize = 100;

/// How faults look on `terminal`, or in the file that takes its place: then the same everywhere.
pub(crate) fn faults(terminal: &Term) -> GraphicalReportHandler {
    let theme = if colour(terminal) { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    GraphicalReportHandler::new_themed(theme)
        .with_links(false)
        .with_width(width(terminal).unwrap_or(PLAIN_FAULT_WIDTH))
}

/// True when colours are wanted and understood there.
pub(crate) fn colour(terminal: &Term) -> bool {
    let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
    terminal.is_term() && !unwanted && !dumb
}

fn width(terminal: &Term) -> Option<usize> {
    let (_, columns) = terminal.size_checked().filter(|_| terminal.is_term())?;
    Some(columns.into())
}

/// The faults of a file as its author reads them, one after the other.
pub(crate) fn told(mut faults: Faults) -> String {
    for fault in &mut faults.faults {
        for text in [&mut fault.message, &mut fault.label, &mut fault.help] {
            *text = readable(text);
        }
    }
    let shown: Vec<String> =
        faults.reports().iter().map(|report| short_lines(&format!("{report:?}"))).collect();
    shown.join("\n")
}

/// A longer word says no more than its beginning.
const WORD_LIMIT: usize = 200;
/// A line of a scenario that is longer is cut.
const LINE_LIMIT: usize = 400;

/// The text with words of a bearable length.
pub(crate) fn readable(text: &str) -> String {
    text.split_inclusive(char::is_whitespace).map(|word| cut(word, WORD_LIMIT)).collect()
}

/// The text with lines of a bearable length.
pub(crate) fn short_lines(text: &str) -> String {
    text.split_inclusive('\n').map(|line| cut(line, LINE_LIMIT)).collect()
}

/// The piece, or its beginning, an ellipsis, and the space or line end that it ends with.
fn cut(piece: &str, limit: usize) -> String {
    let Some((at, _)) = piece.char_indices().nth(limit) else { return piece.to_owned() };
    let end = &piece[piece.trim_end().len()..];
    if at >= piece.len() - end.len() { piece.to_owned() } else { format!("{}…{end}", &piece[..at]) }
}

/// `1 fault`, `2 faults`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_words_and_lines_are_cut_and_others_are_not() {
        let word = "x".repeat(WORD_LIMIT);
        assert_eq!(readable(&format!("a {word} b\n")), format!("a {word} b\n"));
        assert_eq!(readable(&format!("a {word}x b\n")), format!("a {word}… b\n"));
        let line = "x ".repeat(LINE_LIMIT) + "x";
        assert_eq!(
            short_lines(&format!("short\n{line}\n")).lines().last().map(|l| l.chars().count()),
            Some(LINE_LIMIT + 1)
        );
    }
}
