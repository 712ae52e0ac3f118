//! What the terminal can show.

use console::Term;
use miette::{GraphicalReportHandler, GraphicalTheme};
use nanorig_report::Style;

/// Columns of a report that is not read on a terminal.
const PLAIN_WIDTH: usize = 120;

/// The style for stdout: colours only on a terminal and unless `NO_COLOR` is set.
pub(crate) fn style() -> Style {
    let terminal = Term::stdout();
    Style { colour: colour(&terminal), width: width(&terminal, PLAIN_WIDTH) }
}

/// Columns of a fault that is not read on a terminal.
const PLAIN_FAULT_WIDTH: usize = 100;

/// How faults look on `terminal`, or in the file that takes its place: then the same everywhere.
pub(crate) fn faults(terminal: &Term) -> GraphicalReportHandler {
    let theme = if colour(terminal) { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    GraphicalReportHandler::new_themed(theme).with_links(false).with_width(width(terminal, PLAIN_FAULT_WIDTH))
}

fn colour(terminal: &Term) -> bool {
    let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    terminal.is_term() && !unwanted
}

fn width(terminal: &Term, plain: usize) -> usize {
    match terminal.size_checked() {
        Some((_, columns)) if terminal.is_term() => usize::from(columns),
        _ => plain,
    }
}

/// `1 fault`, `2 faults`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
