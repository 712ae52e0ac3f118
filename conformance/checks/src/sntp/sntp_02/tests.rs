use nanorig_trace::Utc;
use nanorig_trace::event::DeviceEvent;
use nanorig_wire::lan::sntp::{Leap, Mode, Packet, Timestamp};

use crate::Verdict;
use crate::testing::{NTP_A, Story};

type Spoiler = (&'static str, fn(&mut Packet));

/// What can be wrong with a reply, one by one.
fn spoilers() -> Vec<Spoiler> {
    vec![
        ("another origin timestamp", |packet| packet.origin = Timestamp(99)),
        ("a mode other than 4", |packet| packet.mode = Mode::BROADCAST),
        ("stratum 0", |packet| packet.stratum = 0),
        ("a stratum over 15", |packet| packet.stratum = 16),
        ("leap indicator 3", |packet| packet.leap = Leap::Unsynchronised),
        ("a transmit timestamp of zero", |packet| packet.transmit = Timestamp::ZERO),
    ]
}

fn spoiled(spoil: fn(&mut Packet)) -> Story {
    let mut story = Story::new();
    story.at(1.0).ntp_asks(NTP_A, 41).at(1.1);
    let mut packet = story.ntp_reply(41);
    // The liar is half an hour ahead.
    packet.transmit = Timestamp(packet.transmit.0 + (1_800 << 32));
    spoil(&mut packet);
    story.ntp_sends(NTP_A, &packet);
    story
}

#[test]
fn each_insane_reply_must_not_set_the_clock() {
    for (fault, spoil) in spoilers() {
        let mut story = spoiled(spoil);
        let told = Utc::parse("2026-03-01T12:30:01.1Z").expect("it is a date");
        let after =
            if fault == "a transmit timestamp of zero" { Utc::from_unix_secs(2_085_978_496) } else { told };
        let server = "pool.ntp.org".into();
        story.at(1.2).event(DeviceEvent::ClockSet { before: Utc::UNIX_EPOCH, after, server });
        let finding = story.expect("SNTP-02", Verdict::Fail);
        assert_eq!(finding.evidence[0].text, format!("the clock is set by a reply with {fault}"));
    }
}

#[test]
fn the_next_sane_reply_sets_the_clock() {
    for (fault, spoil) in spoilers() {
        let mut story = spoiled(spoil);
        story.at(20.0).ntp_asks(NTP_A, 42).at(20.1);
        let good = story.ntp_reply(42);
        story.ntp_sends(NTP_A, &good).at(20.2).clock_set();
        let finding = story.expect("SNTP-02", Verdict::Pass);
        assert_eq!(finding.summary, format!("replies with {fault} were ignored"));
    }
}

#[test]
fn ignoring_the_sane_reply_too_fails() {
    let mut story = spoiled(|packet| packet.stratum = 16);
    story.at(20.0).ntp_asks(NTP_A, 42).at(20.1);
    let good = story.ntp_reply(42);
    story.ntp_sends(NTP_A, &good);
    story.expect("SNTP-02", Verdict::Inconclusive);
    story.at(31.0).link_up();
    story.expect("SNTP-02", Verdict::Fail);
}

#[test]
fn sane_replies_alone_say_nothing() {
    let mut story = Story::new();
    story.at(1.0).ntp_asks(NTP_A, 42);
    let good = story.ntp_reply(42);
    story.ntp_sends(NTP_A, &good).clock_set();
    story.expect("SNTP-02", Verdict::Inconclusive);
}
