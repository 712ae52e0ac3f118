//! The report as a person reads it.

use std::fmt::Write;
use std::time::Duration;

use nanorig_checks::{Level, Verdict};
use owo_colors::{OwoColorize, Style as Paint};

use crate::{Budgets, Outcome, Report, VerdictRow};

/// How to render.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// True for ANSI colours.
    pub colour: bool,
    /// Columns of the terminal, which texts are cut to fit; none for a file, where nothing is cut.
    pub width: Option<usize>,
}

impl Style {
    fn paint(self, text: &str, paint: Paint) -> String {
        if self.colour { text.style(paint).to_string() } else { text.to_owned() }
    }
}

/// Renders heading, verdict table and budgets. Failures are shown in the scenario's text by the caller.
#[must_use]
pub fn terminal(report: &Report, style: Style) -> String {
    let mut out = String::new();
    heading(&mut out, report, style);
    for row in &report.verdicts {
        verdict(&mut out, row, report, style);
    }
    if !report.verdicts.is_empty() {
        out.push('\n');
    }
    totals(&mut out, report, style);
    out
}

/// One line about a run among several.
#[must_use]
pub fn one_line(report: &Report, style: Style) -> String {
    let outcome = outcome(report.outcome, style, VERDICT_WIDTH);
    let wall = report.wall_time.map_or_else(String::new, |wall| format!(" in {}", span(wall)));
    let time = format!("{}{wall}", span(report.virtual_time));
    let time = style.paint(&time, Paint::new().dimmed());
    format!("{outcome} {}  {}, {time}", report.header.scenario, counts(report))
}

/// Verdicts that are neither pass nor fail, below the line of a run among several.
#[must_use]
pub fn undecided(report: &Report, style: Style) -> String {
    let rows = report.verdicts.iter().filter(|row| row.verdict == Verdict::Inconclusive);
    rows.map(|row| {
        let text = format!("{:VERDICT_WIDTH$} {}: {}", "", row.id, row.summary);
        format!("{}\n", style.paint(&text, Paint::new().yellow()))
    })
    .collect()
}

/// The last line after several runs.
#[must_use]
pub fn summary(reports: &[Report], style: Style) -> String {
    let all = [
        Outcome::Passed,
        Outcome::Failed,
        Outcome::Inconclusive,
        Outcome::NotApplicable,
        Outcome::Error,
        Outcome::Unreachable,
    ];
    let parts: Vec<String> = all
        .iter()
        .map(|wanted| (reports.iter().filter(|report| report.outcome == *wanted).count(), *wanted))
        .filter(|(count, _)| *count > 0)
        .map(|(count, wanted)| format!("{count} {}", outcome(wanted, style, 0)))
        .collect();
    let virtual_time = reports.iter().map(|report| report.virtual_time).sum();
    format!("{} scenarios: {}; {} of virtual time", reports.len(), parts.join(", "), span(virtual_time))
}

fn outcome(outcome: Outcome, style: Style, width: usize) -> String {
    let paint = match outcome {
        Outcome::Passed => Paint::new().green().bold(),
        Outcome::Inconclusive | Outcome::NotApplicable => Paint::new().yellow().bold(),
        Outcome::Failed | Outcome::Error | Outcome::Unreachable => Paint::new().red().bold(),
    };
    style.paint(&format!("{outcome:>width$}"), paint)
}

fn heading(out: &mut String, report: &Report, style: Style) {
    let header = &report.header;
    let _ = writeln!(out, "{}", style.paint(&header.scenario, Paint::new().bold()));
    let quirks = if header.dut.quirks.is_empty() {
        String::new()
    } else {
        format!(", quirks {}", header.dut.quirks.join(" "))
    };
    let about = format!(
        "{} · {} · persona {}{quirks} · seed {}",
        header.file, header.dut.profile, header.dut.persona, header.seed
    );
    let _ = writeln!(out, "{}\n", style.paint(&about, Paint::new().dimmed()));
}

/// Width of the longest verdict that is common, `inconclusive`.
const VERDICT_WIDTH: usize = 12;

fn verdict(out: &mut String, row: &VerdictRow, report: &Report, style: Style) {
    let id_width = report.verdicts.iter().map(|row| row.id.len()).max().unwrap_or(0);
    let word = match row.verdict {
        Verdict::PassWithWarning => "warning",
        Verdict::NotApplicable => "n/a",
        verdict => verdict.name(),
    };
    let paint = match row.verdict {
        Verdict::Pass => Paint::new().green(),
        Verdict::PassWithWarning | Verdict::Inconclusive => Paint::new().yellow(),
        Verdict::Fail | Verdict::Error => Paint::new().red().bold(),
        Verdict::NotApplicable => Paint::new().dimmed(),
    };
    let level = match row.level {
        Some(Level::Must) => "MUST",
        Some(Level::Should) => "SHOULD",
        Some(Level::May) => "MAY",
        None => "-",
    };
    let used = 2 + VERDICT_WIDTH + 1 + id_width + 2 + 8;
    let clause = format!("[{}]", row.clause);
    let text = match style.width {
        Some(width) => fit(&row.summary, &clause, width.saturating_sub(used).max(20)),
        None => Fitted { summary: row.summary.clone(), clause },
    };
    let word = style.paint(&format!("{word:>VERDICT_WIDTH$}"), paint);
    let _ = writeln!(out, "{word} {id:id_width$}  {level:6}  {text}", id = row.id, text = text.paint(style));
}

/// Width that clauses keep when a line is too short for all of it.
const CLAUSE_WIDTH: usize = 26;

/// A summary and its clause within a line.
struct Fitted {
    summary: String,
    clause: String,
}

fn fit(summary: &str, clause: &str, room: usize) -> Fitted {
    let wanted = summary.chars().count() + 2 + clause.chars().count();
    // The summary comes first: a long list of clauses is cut before it is, and `explain` has all of them.
    let clause_room = if wanted <= room { clause.chars().count() } else { CLAUSE_WIDTH };
    let clause = cut(clause, clause_room);
    let summary = cut(summary, room.saturating_sub(clause.chars().count() + 2).max(20));
    Fitted { summary, clause }
}

/// The text, or its beginning and an ellipsis.
fn cut(text: &str, room: usize) -> String {
    if text.chars().count() <= room {
        return text.to_owned();
    }
    text.chars().take(room.saturating_sub(1)).chain(['…']).collect()
}

impl Fitted {
    fn paint(&self, style: Style) -> String {
        format!("{}  {}", self.summary, style.paint(&self.clause, Paint::new().dimmed()))
    }
}

fn counts(report: &Report) -> String {
    let kinds = [
        (Verdict::Pass, "pass"),
        (Verdict::PassWithWarning, "with warning"),
        (Verdict::Fail, "fail"),
        (Verdict::Inconclusive, "inconclusive"),
        (Verdict::NotApplicable, "not applicable"),
        (Verdict::Error, "error"),
    ];
    let counts: Vec<String> = kinds
        .iter()
        .map(|(verdict, word)| (report.count(*verdict), word))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    if counts.is_empty() { "no verdicts".to_owned() } else { counts.join(", ") }
}

fn totals(out: &mut String, report: &Report, style: Style) {
    let outcome = outcome(report.outcome, style, 0);
    let steps = report.passed_steps;
    let verdicts = counts(report);
    let plural = if steps == 1 { "" } else { "s" };
    let _ = writeln!(out, "{outcome}: {verdicts}; {steps} step{plural} passed");
    if let Some(budgets) = &report.budgets {
        let _ = writeln!(out, "{}", budget_line(budgets));
    }
    let wall = report.wall_time.map_or_else(String::new, |wall| format!(" in {}", span(wall)));
    let clock = match report.header.clock {
        nanorig_trace::ClockKind::Virtual => "virtual time",
        nanorig_trace::ClockKind::Real => "real time",
    };
    let _ = writeln!(out, "{clock} {}{wall}", span(report.virtual_time));
}

fn budget_line(budgets: &Budgets) -> String {
    format!(
        "native heap {} of {} · managed heap {} of {} · sockets {} of {} · TLS contexts {} of {}",
        kib(budgets.heap_peak),
        kib(budgets.heap_limit),
        kib(budgets.managed_heap_peak),
        kib(budgets.managed_heap_limit),
        budgets.sockets_peak,
        budgets.sockets_limit,
        budgets.tls_contexts_peak,
        budgets.tls_contexts_limit,
    )
}

fn kib(bytes: u64) -> String {
    // A heap has far fewer than 2^52 bytes.
    #[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
    let kib = bytes as f64 / 1024.0;
    format!("{kib:.1} KiB")
}

/// A time span in the two units that matter.
fn span(span: Duration) -> String {
    let millis = span.as_millis();
    match millis {
        0..1_000 => format!("{millis} ms"),
        1_000..60_000 => format!("{:.1} s", span.as_secs_f64()),
        60_000..3_600_000 => format!("{} min {} s", millis / 60_000, millis / 1_000 % 60),
        _ => format!("{} h {} min", millis / 3_600_000, millis / 60_000 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn spans_read_well() {
        assert_eq!(span(Duration::from_millis(41)), "41 ms");
        assert_eq!(span(Duration::from_millis(12_340)), "12.3 s");
        assert_eq!(span(Duration::from_secs(190)), "3 min 10 s");
        assert_eq!(span(Duration::from_secs(172_800)), "48 h 0 min");
    }

    #[test]
    fn only_a_terminal_cuts_texts() {
        let mut report = testing::report();
        report.verdicts = vec![testing::row("MQTT-CONN-01", Verdict::Pass)];
        report.verdicts[0].summary = "word ".repeat(60);
        report.verdicts[0].clause = "MQTT 3.1.1 [MQTT-3.1.0-1], ".repeat(10);
        let shown = |width| terminal(&report, Style { colour: false, width });
        let whole = shown(None);
        assert!(whole.contains(&report.verdicts[0].summary) && whole.contains(&report.verdicts[0].clause));
        assert!(!whole.contains('…'), "{whole}");
        let fitted = shown(Some(100));
        assert!(fitted.lines().all(|line| line.chars().count() <= 100), "{fitted}");
        assert!(fitted.contains('…'), "{fitted}");
    }

    #[test]
    fn a_long_summary_is_cut_and_keeps_its_clause() {
        let fitted = fit(&"word ".repeat(40), "[RFC 2131 4.1]", 60);
        assert!(fitted.summary.ends_with('…'), "{}", fitted.summary);
        assert_eq!(fitted.clause, "[RFC 2131 4.1]");
        assert_eq!(fitted.summary.chars().count() + 2 + fitted.clause.len(), 60);
    }

    #[test]
    fn a_long_clause_is_cut_before_its_summary() {
        let fitted = fit("every CONNECT names MQTT 3.1.1", &"[MQTT-3.1.2-1] ".repeat(5), 60);
        assert_eq!(fitted.summary, "every CONNECT names MQTT 3.1.1");
        assert!(fitted.clause.ends_with('…'), "{}", fitted.clause);
    }
}
