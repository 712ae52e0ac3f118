//! What the terminal can show.

use nanorig_report::Style;

/// Columns of a report that is not read on a terminal.
const PLAIN_WIDTH: usize = 120;

/// The style for stdout: colours only on a terminal and unless `NO_COLOR` is set.
pub(crate) fn style() -> Style {
    let terminal = console::Term::stdout();
    let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let width = match terminal.size_checked() {
        Some((_, columns)) if terminal.is_term() => usize::from(columns),
        _ => PLAIN_WIDTH,
    };
    Style { colour: terminal.is_term() && !no_colour, width }
}
