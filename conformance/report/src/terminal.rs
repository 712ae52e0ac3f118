//! The report as a person reads it.

use std::fmt::Write;

use nanorig_checks::{Level, Verdict};
use nanorig_trace::event::StepResult;
use owo_colors::{OwoColorize, Style as Paint};

use crate::{Budgets, Outcome, Report, StepFinding, VerdictRow, printable, span};

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
    for reason in left_out(report) {
        let word = style.paint(&format!("{:>VERDICT_WIDTH$}", "left out"), Paint::new().yellow());
        let _ = writeln!(out, "{word} {reason}");
    }
    if !report.verdicts.is_empty() || !report.findings.is_empty() {
        out.push('\n');
    }
    totals(&mut out, report, style);
    out
}

/// Why steps were left out, each reason once with the lines that it is about.
fn left_out(report: &Report) -> Vec<String> {
    let mut reasons: Vec<(&str, Vec<u32>)> = Vec::new();
    let skipped = |finding: &&StepFinding| finding.result == StepResult::NotApplicable;
    // A step without a reason waits for the effect of one that has a reason.
    for finding in report.findings.iter().filter(skipped).filter(|finding| !finding.message.is_empty()) {
        match reasons.iter_mut().find(|(reason, _)| *reason == finding.message) {
            Some((_, lines)) if !lines.contains(&finding.line) => lines.push(finding.line),
            Some(_) => {}
            None => reasons.push((&finding.message, vec![finding.line])),
        }
    }
    let told = |(reason, lines): (&str, Vec<u32>)| match lines[..] {
        [0] => format!("all of it: {reason}"),
        [line] => format!("line {line}: {reason}"),
        _ => {
            let lines: Vec<String> = lines.iter().map(u32::to_string).collect();
            format!("lines {}: {reason}", lines.join(", "))
        }
    };
    reasons.into_iter().map(told).collect()
}

/// One line about a run among several; with `seed` where runs of one scenario differ in that.
#[must_use]
pub fn one_line(report: &Report, seed: Option<u64>, style: Style) -> String {
    let outcome = outcome(report.outcome, style, VERDICT_WIDTH);
    let wall = report.wall_time.map_or_else(String::new, |wall| format!(" in {}", span(wall)));
    let time = format!("{}{wall}", span(report.virtual_time));
    let time = style.paint(&time, Paint::new().dimmed());
    let name = printable(&report.header.scenario);
    let seed = seed.map_or_else(String::new, |seed| format!(" (seed {seed})"));
    let unhappy = unhappy_steps(report).map_or_else(String::new, |steps| format!("; {steps}"));
    format!("{outcome} {name}{seed}  {}{unhappy}, {time}", counts(report))
}

/// Verdicts that are neither pass nor fail and steps that were left out, below the line of a run among several.
#[must_use]
pub fn undecided(report: &Report, style: Style) -> String {
    let rows = report.verdicts.iter().filter(|row| row.verdict == Verdict::Inconclusive);
    rows.map(|row| format!("{}: {}", row.id, row.summary))
        .chain(left_out(report).into_iter().map(|reason| format!("left out {reason}")))
        .map(|text| {
            let text = format!("{:VERDICT_WIDTH$} {text}", "");
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
    let _ = writeln!(out, "{}", style.paint(&printable(&header.scenario), Paint::new().bold()));
    let quirks = if header.dut.quirks.is_empty() {
        String::new()
    } else {
        format!(", quirks {}", header.dut.quirks.join(" "))
    };
    let about = format!(
        "{} · {} · persona {}{quirks} · seed {}",
        printable(&header.file),
        header.dut.profile,
        header.dut.persona,
        header.seed
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

/// Steps that did not pass: none when there are none.
fn unhappy_steps(report: &Report) -> Option<String> {
    let ended = report.passed_steps
        + [StepResult::Failed, StepResult::Error, StepResult::NotApplicable]
            .map(|result| report.steps(result))
            .iter()
            .sum::<u64>();
    let not_ended = report.begun_steps.saturating_sub(ended);
    let never_begun = report.planned_steps.map_or(0, |planned| planned.saturating_sub(report.begun_steps));
    let kinds = [
        (report.steps(StepResult::Failed), "failed"),
        (report.steps(StepResult::Error), "could not be done"),
        (report.steps(StepResult::NotApplicable), "left out"),
        (not_ended, "did not end"),
        (never_begun, "never began"),
    ];
    let told: Vec<String> = kinds
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{} {what}", steps(*count)))
        .collect();
    (!told.is_empty()).then(|| told.join(", "))
}

fn steps(count: u64) -> String {
    format!("{count} step{}", if count == 1 { "" } else { "s" })
}

fn totals(out: &mut String, report: &Report, style: Style) {
    let outcome = outcome(report.outcome, style, 0);
    let verdicts = counts(report);
    let passed = steps(report.passed_steps);
    let unhappy = unhappy_steps(report).map_or_else(String::new, |steps| format!(", {steps}"));
    let _ = writeln!(out, "{outcome}: {verdicts}; {passed} passed{unhappy}");
    if let Some(budgets) = &report.budgets {
        let _ = writeln!(out, "{}", budget_line(budgets));
    }
    let wall = report.wall_time.map_or_else(String::new, |wall| format!(" in {}", span(wall)));
    let clock = match report.header.clock {
        nanorig_trace::ClockKind::Virtual => "virtual time",
        nanorig_trace::ClockKind::Real => "real time",
    };
    let aftermath = report.aftermath().map_or_else(String::new, |after| {
        format!(", {} of it after the step that failed, to see what the device does about that", span(after))
    });
    let _ = writeln!(out, "{clock} {}{wall}{aftermath}", span(report.virtual_time));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

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
    fn the_headline_names_steps_that_did_not_pass() {
        let mut report = testing::report();
        (report.passed_steps, report.begun_steps, report.planned_steps) = (1, 3, Some(7));
        let (step, line, t_us) = (2, 9, 3_000_000);
        let finding =
            |result, message: &str| StepFinding { step, result, message: message.into(), line, t_us };
        report.findings =
            vec![finding(StepResult::Failed, "no"), finding(StepResult::NotApplicable, "no `recon`")];
        report.virtual_time = std::time::Duration::from_secs(603);
        let shown = terminal(&report, Style { colour: false, width: None });
        assert!(
            shown.contains("1 step passed, 1 step failed, 1 step left out, 4 steps never began\n"),
            "{shown}"
        );
        assert!(shown.contains("left out line 9: no `recon`\n"), "{shown}");
        assert!(
            shown.contains("virtual time 10 min 3 s, 10 min of it after the step that failed"),
            "{shown}"
        );
        let line = one_line(&report, Some(7), Style { colour: false, width: None });
        assert!(line.contains("A test (seed 7)  no verdicts; 1 step failed, 1 step left out, 4"), "{line}");
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
