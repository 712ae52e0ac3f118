//! JUnit XML for CI: one suite for each scenario, one case for each requirement and one for the steps.
//!
//! A suite takes as long as its run took on the wall, or virtually where a recorded trace was judged. All of it is the
//! steps' time: verdicts come afterwards.

use std::time::Duration;

use nanorig_checks::{Evidence, Verdict};
use nanorig_trace::event::StepResult;
use quick_junit::{NonSuccessKind, Report as Xml, TestCase, TestCaseStatus, TestSuite};

use crate::{Outcome, Report, StepFinding, VerdictRow};

/// All reports in one document.
///
/// # Errors
/// A text cannot be written as XML.
pub fn junit(reports: &[Report]) -> Result<String, String> {
    let mut xml = Xml::new("nanorig");
    for report in reports {
        let mut suite = TestSuite::new(suite_name(report));
        suite.set_time(took(report));
        suite.set_system_out(times(report));
        suite.add_test_case(steps(report));
        suite.add_test_cases(report.verdicts.iter().map(|row| requirement(row, report)));
        xml.add_test_suite(suite);
    }
    xml.to_string().map_err(|error| error.to_string())
}

fn took(report: &Report) -> Duration {
    report.wall_time.unwrap_or(report.virtual_time)
}

fn times(report: &Report) -> String {
    let seconds = |span: Duration| format!("{:.3} s", span.as_secs_f64());
    let wall = report.wall_time.map_or_else(|| "unknown".into(), seconds);
    format!("time in the run: {}\ntime on the wall: {wall}", seconds(report.virtual_time))
}

fn suite_name(report: &Report) -> String {
    format!("{} (seed {})", report.header.file, report.header.seed)
}

fn steps(report: &Report) -> TestCase {
    let bad = |finding: &&StepFinding| matches!(finding.result, StepResult::Failed | StepResult::Error);
    let status = match report.findings.iter().find(bad) {
        Some(finding) => {
            let kind = match finding.result {
                StepResult::Error => NonSuccessKind::Error,
                _ => NonSuccessKind::Failure,
            };
            let mut status = TestCaseStatus::non_success(kind);
            status.set_message(finding.message.clone());
            status.set_description(format!(
                "{}:{}: {}\nreplay: {}",
                report.header.file,
                finding.line,
                finding.message,
                report.replay()
            ));
            status
        }
        None if report.outcome == Outcome::NotApplicable => left_out(report),
        None => TestCaseStatus::success(),
    };
    let mut case = TestCase::new("steps", status);
    case.set_classname(report.header.scenario.clone());
    case.set_time(took(report));
    case
}

/// Steps that did what they should, as far as they apply: less than the whole, which must not look like it.
fn left_out(report: &Report) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    if let Some(finding) = report.findings.iter().find(|finding| !finding.message.is_empty()) {
        status.set_message(finding.message.clone());
    }
    status
}

fn requirement(row: &VerdictRow, report: &Report) -> TestCase {
    let mut case = TestCase::new(row.id.clone(), verdict(row));
    case.set_classname(report.header.scenario.clone());
    case.set_time(Duration::ZERO);
    if row.verdict == Verdict::PassWithWarning {
        // JUnit has no word for it either, and it must not fail a job; at least it is not silent.
        case.set_system_out(format!("{}: {}\n{}", row.verdict, row.summary, grounds(row)));
    }
    case
}

fn verdict(row: &VerdictRow) -> TestCaseStatus {
    let mut status = match row.verdict {
        Verdict::Pass | Verdict::PassWithWarning => return TestCaseStatus::success(),
        Verdict::NotApplicable => TestCaseStatus::skipped(),
        Verdict::Fail => TestCaseStatus::non_success(NonSuccessKind::Failure),
        // JUnit has no word for it; a CI job must not take it for a pass.
        Verdict::Inconclusive | Verdict::Error => TestCaseStatus::non_success(NonSuccessKind::Error),
    };
    status.set_message(format!("{}: {}", row.verdict, row.summary));
    if row.verdict != Verdict::NotApplicable {
        status.set_description(grounds(row));
    }
    status
}

/// The clause and what the verdict rests on.
fn grounds(row: &VerdictRow) -> String {
    let evidence: Vec<String> = row.evidence.iter().map(line).collect();
    format!("{}\n{}", row.clause, evidence.join("\n"))
}

fn line(evidence: &Evidence) -> String {
    format!("{}: {}", evidence.time, evidence.text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{report, row};

    /// What stands from this case to the next.
    fn case<'x>(xml: &'x str, name: &str) -> &'x str {
        let named = format!("name=\"{name}\"");
        xml.split("<testcase ")
            .find(|part| part.starts_with(&named))
            .unwrap_or_else(|| panic!("{name}: {xml}"))
    }

    #[test]
    fn suites_and_cases_have_their_times() {
        let mut report = report();
        report.verdicts = vec![row("DHCP-01", Verdict::Pass)];
        report.virtual_time = Duration::from_secs(43);
        report.wall_time = Some(Duration::from_millis(5));
        let xml = junit(std::slice::from_ref(&report)).unwrap();
        let (head, _) = xml.split_once("<testcase ").unwrap();
        assert!(head.contains("time=\"0.005\""), "{head}");
        assert!(case(&xml, "steps").contains("time=\"0.005\""), "{xml}");
        assert!(case(&xml, "DHCP-01").contains("time=\"0.000\""), "{xml}");
        assert!(xml.contains("time in the run: 43.000 s"), "{xml}");
        report.wall_time = None;
        let judged = junit(&[report]).unwrap();
        assert!(case(&judged, "steps").contains("time=\"43.000\""), "{judged}");
    }

    #[test]
    fn steps_that_were_left_out_do_not_look_like_steps_that_passed() {
        let mut report = report();
        let (step, line, t_us) = (2, 9, 0);
        let message = "the device does not claim `recon`".to_owned();
        report.findings = vec![StepFinding { step, result: StepResult::NotApplicable, message, line, t_us }];
        report.outcome = Outcome::NotApplicable;
        let xml = junit(&[report]).unwrap();
        let steps = case(&xml, "steps");
        assert!(steps.contains("<skipped message=\"the device does not claim `recon`\""), "{steps}");
    }

    #[test]
    fn a_pass_with_a_warning_tells_its_warning() {
        let mut report = report();
        report.verdicts = vec![row("DHCP-01", Verdict::Pass), row("DHCP-04", Verdict::PassWithWarning)];
        let xml = junit(&[report]).unwrap();
        let (pass, warning) = (case(&xml, "DHCP-01"), case(&xml, "DHCP-04"));
        assert!(!pass.contains("system-out"), "{pass}");
        assert!(warning.contains("<system-out>pass-with-warning: about DHCP-04"), "{warning}");
        assert!(warning.contains("the clause of DHCP-04") && !warning.contains("<failure"), "{warning}");
    }
}
