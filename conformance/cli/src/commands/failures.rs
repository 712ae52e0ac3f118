//! Failures and warnings, shown in the scenario's own text, and the command that shows them again.

use std::fmt;

use miette::LabeledSpan;
use nanorig_checks::{Level, Verdict};
use nanorig_report::{Report, VerdictRow};
use nanorig_runner::StepReport;
use nanorig_scenario::{Source, Span};
use nanorig_trace::event::StepResult;

use super::screen;

/// One failure: what, where in the file, and why.
#[derive(Debug)]
struct Failure {
    code: String,
    message: String,
    label: String,
    span: Option<Span>,
    help: Option<String>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

impl miette::Diagnostic for Failure {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.code))
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let span = self.span?;
        Some(Box::new(std::iter::once(LabeledSpan::new_with_span(Some(self.label.clone()), span))))
    }
}

/// Renders every failed step, every failed verdict and every warning. What could not be decided is in the table.
pub(crate) fn show(source: &Source, report: &Report, steps: &[StepReport]) -> String {
    let failed = |step: &&StepReport| matches!(step.result, StepResult::Failed | StepResult::Error);
    let handler = screen::faults(&console::Term::stdout());
    let of_steps = steps.iter().filter(failed).map(of_step);
    let shown =
        |row: &&VerdictRow| matches!(row.verdict, Verdict::Fail | Verdict::Error | Verdict::PassWithWarning);
    let of_verdicts = report.verdicts.iter().filter(shown).map(|row| of_verdict(row, source));
    let shown: String = of_steps
        .chain(of_verdicts)
        .map(|failure| {
            let spanned = failure.span.is_some();
            let shown = miette::Report::new(failure);
            let shown = if spanned { shown.with_source_code(source.named()) } else { shown };
            let mut text = String::new();
            handler.render_report(&mut text, shown.as_ref()).expect("a text takes everything");
            text.push('\n');
            screen::short_lines(&text)
        })
        .collect();
    if shown.is_empty() { shown } else { format!("{shown}{}", replay(report)) }
}

/// The command on a line of its own, as it is: what is broken or indented cannot be pasted.
fn replay(report: &Report) -> String {
    format!("To run the same again:\n{}\n\n", report.replay())
}

fn of_step(step: &StepReport) -> Failure {
    Failure {
        code: format!("step {}", step.index),
        message: screen::readable(&step.message),
        label: if step.seen.is_empty() { "this step".into() } else { screen::readable(&step.seen) },
        span: Some(step.span),
        help: None,
    }
}

fn of_verdict(row: &VerdictRow, source: &Source) -> Failure {
    let mut message = format!("{}: {}", row.verdict, row.summary);
    for evidence in row.evidence.iter().take(6) {
        message.push_str(&format!("\n{}: {}", evidence.time, evidence.text));
    }
    if row.evidence.len() > 6 {
        message.push_str(&format!("\n… and {} more", row.evidence.len() - 6));
    }
    let level = match row.level {
        Some(Level::Must) => "MUST",
        Some(Level::Should) => "SHOULD",
        Some(Level::May) => "MAY",
        None => "unknown",
    };
    Failure {
        code: row.id.clone(),
        message: screen::readable(&message),
        label: format!("{level} [{}]", row.clause),
        span: mention(source, &row.id),
        help: Some(format!("`nanorig explain {}` tells more", row.id)),
    }
}

/// Where the scenario asks for a requirement.
fn mention(source: &Source, id: &str) -> Option<Span> {
    let text: &str = &source.text;
    let whole_word = |at: usize| {
        let after = text[at + id.len()..].chars().next();
        !after.is_some_and(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    text.match_indices(id)
        .map(|(at, _)| at)
        .find(|at| whole_word(*at))
        .map(|at| Span::from(at..at + id.len()))
}
