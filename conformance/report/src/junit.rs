//! JUnit XML for CI: one suite for each scenario, one case for each requirement and one for the steps.

use nanorig_checks::{Evidence, Verdict};
use nanorig_trace::event::StepResult;
use quick_junit::{NonSuccessKind, Report as Xml, TestCase, TestCaseStatus, TestSuite};

use crate::{Report, StepFinding, VerdictRow};

/// All reports in one document.
///
/// # Errors
/// A text cannot be written as XML.
pub fn junit(reports: &[Report]) -> Result<String, String> {
    let mut xml = Xml::new("nanorig");
    for report in reports {
        let mut suite = TestSuite::new(suite_name(report));
        suite.add_test_case(steps(report));
        for row in &report.verdicts {
            let mut case = TestCase::new(row.id.clone(), verdict(row));
            case.set_classname(report.header.scenario.clone());
            suite.add_test_case(case);
        }
        xml.add_test_suite(suite);
    }
    xml.to_string().map_err(|error| error.to_string())
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
        None => TestCaseStatus::success(),
    };
    let mut case = TestCase::new("steps", status);
    case.set_classname(report.header.scenario.clone());
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
        let evidence: Vec<String> = row.evidence.iter().map(line).collect();
        status.set_description(format!("{}\n{}", row.clause, evidence.join("\n")));
    }
    status
}

fn line(evidence: &Evidence) -> String {
    format!("{}: {}", evidence.time, evidence.text)
}
