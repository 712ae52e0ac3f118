//! What the terminal can show.

use console::Term;
use miette::{GraphicalReportHandler, GraphicalTheme};
use nanorig_report::Style;

/// The style for stdout: colours only on a terminal and unless `NO_COLOR` is set, and only a terminal has a width.
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

fn colour(terminal: &Term) -> bool {
    let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    terminal.is_term() && !unwanted
}

fn width(terminal: &Term) -> Option<usize> {
    let (_, columns) = terminal.size_checked().filter(|_| terminal.is_term())?;
    Some(columns.into())
}

/// `1 fault`, `2 faults`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
