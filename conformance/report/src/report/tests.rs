use nanorig_trace::event::Resources;
use nanorig_trace::{Record, Time};

use super::*;
use crate::testing;

#[test]
fn peaks_are_those_of_the_device_and_not_of_the_samples() {
    let busy = Resources { tls_contexts_peak: 2, sockets_peak: 3, ..Resources::default() };
    let idle = Resources { tls_contexts_peak: 1, tls_contexts_limit: 16, ..Resources::default() };
    let budgets = Report::new(&testing::trace(&[busy, idle]), Vec::new(), None).budgets.unwrap();
    assert_eq!((budgets.tls_contexts_peak, budgets.tls_contexts_limit), (2, 16));
    assert_eq!(budgets.sockets_peak, 3);
}

#[test]
fn the_replay_names_all_that_the_run_depended_on() {
    let mut report = testing::report();
    assert_eq!(report.replay(), "nanorig run test.yaml --seed 7 --profile esp32-wroom");
    report.header.dut.persona = "legacy".into();
    report.header.dut.quirks = vec!["no-cname".into(), "no-sni".into()];
    assert_eq!(
        report.replay(),
        "nanorig run test.yaml --seed 7 --profile esp32-wroom --persona legacy --quirk no-cname --quirk no-sni"
    );
    let mut report = testing::report();
    report.header.dut.profile = "myboard".into();
    report.header.dut.profile_file = Some("boards/my board.toml".into());
    report.header.clock = ClockKind::Real;
    assert_eq!(
        report.replay(),
        "nanorig run test.yaml --seed 7 --profile 'boards/my board.toml' --clock real"
    );
    let mut report = testing::report();
    report.header.file = "my scen'ario.yaml".into();
    assert_eq!(report.replay(), r"nanorig run 'my scen'\''ario.yaml' --seed 7 --profile esp32-wroom");
    report.header.file = "~/$x.yaml".into();
    assert_eq!(report.replay(), "nanorig run '~/$x.yaml' --seed 7 --profile esp32-wroom");
}

#[test]
fn a_need_that_is_not_met_rules_out_what_was_asked_for() {
    let mut trace = testing::trace(&[]);
    trace.header.requirements = vec!["TWIN-GET-01".into()];
    let (step, line, skipped) = (0, 0, None);
    let message = "the device does not claim `mqtt5`".to_owned();
    let finished = RunEvent::StepFinished { step, result: StepResult::NotApplicable, message, line, skipped };
    trace.records.push(Record { at: Time::ZERO, event: finished.into() });
    let report = Report::new(&trace, nanorig_checks::judge(&trace), None);
    assert_eq!(report.outcome, Outcome::NotApplicable);
    assert_eq!(report.verdicts.len(), 1, "{:?}", report.verdicts);
    assert_eq!(report.verdicts[0].verdict, Verdict::NotApplicable);
    assert_eq!(report.verdicts[0].summary, "the device does not claim `mqtt5`");
}
