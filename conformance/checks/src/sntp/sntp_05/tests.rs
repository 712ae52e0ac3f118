use nanorig_trace::Utc;
use nanorig_trace::event::DeviceEvent;
use nanorig_wire::lan::sntp::Timestamp;

use crate::Verdict;
use crate::testing::{NTP_A, NTP_B, Story};

const YEAR_S: u64 = 31_536_000;

fn answered(story: &mut Story, second: f64, server: std::net::Ipv4Addr, ahead_s: u64) {
    story.at(second).ntp_asks(server, 5).at(second + 0.1);
    let mut reply = story.ntp_reply(5);
    reply.transmit = Timestamp(reply.transmit.0 + (ahead_s << 32));
    story.ntp_sends(server, &reply);
}

#[test]
fn another_server_helps_a_silent_one() {
    let mut story = Story::new();
    story.at(1.0).ntp_asks(NTP_A, 1).at(16.0).ntp_asks(NTP_A, 2);
    answered(&mut story, 20.0, NTP_B, 0);
    story.at(20.2).clock_set();
    story.expect("SNTP-05", Verdict::Pass);
}

#[test]
fn asking_only_the_silent_server_fails() {
    let mut story = Story::new();
    story.at(1.0).ntp_asks(NTP_A, 1).at(600.0).ntp_asks(NTP_A, 2).at(901.0).link_up();
    story.expect("SNTP-05", Verdict::Inconclusive);
    story.at(901.1).link_up();
    story.expect("SNTP-05", Verdict::Fail);
}

#[test]
fn a_year_off_is_not_believed() {
    let mut story = Story::new();
    answered(&mut story, 1.0, NTP_A, YEAR_S);
    answered(&mut story, 3.0, NTP_B, 0);
    story.at(3.2).clock_set();
    story.expect("SNTP-05", Verdict::Pass);
}

#[test]
fn a_clock_set_a_year_off_fails() {
    let mut story = Story::new();
    answered(&mut story, 1.0, NTP_A, YEAR_S);
    let after = Utc::parse("2027-03-01T12:00:01Z").expect("it is a date");
    story.event(DeviceEvent::ClockSet { before: Utc::UNIX_EPOCH, after, server: "a".into() });
    let finding = story.expect("SNTP-05", Verdict::Fail);
    assert_eq!(finding.evidence[0].text, "the clock is set 364 days off");
}

#[test]
fn honest_servers_provoke_nothing() {
    let mut story = Story::new();
    answered(&mut story, 1.0, NTP_A, 0);
    story.clock_set();
    story.expect("SNTP-05", Verdict::Inconclusive);
}

#[test]
fn asking_only_the_liar_fails() {
    let mut story = Story::new();
    answered(&mut story, 1.0, NTP_A, YEAR_S);
    answered(&mut story, 600.0, NTP_A, YEAR_S);
    story.at(901.0).link_up();
    story.expect("SNTP-05", Verdict::Inconclusive);
    story.at(901.2).link_up();
    let finding = story.expect("SNTP-05", Verdict::Fail);
    assert!(finding.evidence[0].text.contains("lies, and no other"), "{finding:?}");
}
