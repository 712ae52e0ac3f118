use nanorig_wire::lan::sntp::KissCode;

use crate::Verdict;
use crate::testing::{NTP_A, NTP_B, Story};

/// Asks `NTP_A` at these seconds; the answer to the last one is this kiss.
fn kissed(seconds: &[f64], code: KissCode) -> Story {
    let mut story = Story::new();
    for second in seconds {
        story.at(*second).ntp_asks(NTP_A, 7);
    }
    let mut kiss = story.ntp_reply(7);
    (kiss.stratum, kiss.reference_id) = (0, code.reference_id());
    story.ntp_sends(NTP_A, &kiss);
    story
}

#[test]
fn a_server_that_refuses_is_left_alone() {
    for code in [KissCode::Deny, KissCode::Restrict] {
        let mut story = kissed(&[1.0], code);
        story.at(4.0).ntp_asks(NTP_B, 8);
        let good = story.ntp_reply(8);
        story.ntp_sends(NTP_B, &good).at(1_200.0).ntp_asks(NTP_B, 9);
        story.expect("SNTP-03", Verdict::Pass);
        story.at(3_600.0).ntp_asks(NTP_A, 9);
        story.expect("SNTP-03", Verdict::Fail);
    }
}

#[test]
fn silence_shorter_than_the_devices_own_interval_is_inconclusive() {
    let mut story = kissed(&[1.0], KissCode::Deny);
    story.at(2.0).ntp_asks(NTP_B, 8);
    let good = story.ntp_reply(8);
    story.ntp_sends(NTP_B, &good).at(900.0).link_up();
    story.expect("SNTP-03", Verdict::Inconclusive);
    for (second, verdict) in [(131_073.0, Verdict::Inconclusive), (131_075.0, Verdict::Pass)] {
        let mut story = kissed(&[1.0], KissCode::Deny);
        story.at(second).link_up();
        story.expect("SNTP-03", verdict);
    }
}

#[test]
fn the_interval_must_grow_strictly() {
    for (next, verdict) in [(128.0, Verdict::Fail), (129.0, Verdict::Fail), (130.0, Verdict::Pass)] {
        let mut story = kissed(&[1.0, 65.0], KissCode::Rate);
        story.at(next).ntp_asks(NTP_A, 8);
        story.expect("SNTP-03", verdict);
    }
}

#[test]
fn a_first_request_waits_for_more_than_the_least_interval() {
    for (next, verdict) in [(15.9, Verdict::Fail), (16.1, Verdict::Pass)] {
        let mut story = kissed(&[1.0], KissCode::Rate);
        story.at(next).ntp_asks(NTP_A, 8);
        story.expect("SNTP-03", verdict);
    }
}

#[test]
fn other_codes_ask_for_nothing() {
    let mut story = kissed(&[1.0], KissCode::Other(*b"INIT"));
    story.at(17.0).ntp_asks(NTP_A, 8).at(200.0).link_up();
    story.expect("SNTP-03", Verdict::Inconclusive);
}
