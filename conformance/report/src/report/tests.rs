use nanorig_trace::event::Resources;

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
}
