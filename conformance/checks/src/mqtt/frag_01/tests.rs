use nanorig_trace::event::{CloseHow, ConnId, Direction, Party};
use nanorig_wire::mqtt::Packet;
use serde_json::{Value, json};

use crate::Verdict;
use crate::testing::Story;

const INBOX: &str = "devices/nano-01/messages/devicebound/";

/// A session, and then a stimulus.
fn story(stimulus: &str, args: Value) -> (Story, ConnId) {
    let mut story = Story::new();
    let conn = story.at(1.0).subscribed_session();
    story.at(2.0).stimulus("cloud", stimulus, args);
    (story, conn)
}

fn split() -> (Story, ConnId) {
    let (mut story, conn) = story("slow-bytes", json!({}));
    story.at(3.0).delivers(conn, INBOX, "x", Some(1));
    (story, conn)
}

fn merged() -> (Story, ConnId) {
    let (mut story, conn) = story("merge-writes", json!({}));
    story.at(3.0).delivers(conn, INBOX, "x", Some(1)).delivers(conn, INBOX, "y", Some(2));
    (story, conn)
}

#[test]
fn messages_that_are_taken_pass() {
    let (mut told, conn) = split();
    told.at(5.0).acks(conn, 1);
    told.expect("MQTT-FRAG-01", Verdict::Pass);
    let (mut told, conn) = merged();
    told.at(3.1).acks(conn, 1).acks(conn, 2);
    told.expect("MQTT-FRAG-01", Verdict::Pass);
}

#[test]
fn a_connection_that_is_made_in_single_bytes_passes() {
    let mut story = Story::new();
    story.at(1.0).stimulus("cloud", "slow-bytes", json!({}));
    let conn = story.at(2.0).subscribed_session();
    story.at(5.0).telemetry(conn, 2, "{}");
    story.expect("MQTT-FRAG-01", Verdict::Pass);
}

#[test]
fn giving_up_over_a_part_fails() {
    for (second, verdict) in [(12.9, Verdict::Fail), (13.0, Verdict::Inconclusive)] {
        let (mut told, conn) = split();
        told.at(second).close(conn, Party::Device, CloseHow::Orderly);
        told.expect("MQTT-FRAG-01", verdict);
    }
}

#[test]
fn giving_up_for_another_recorded_cause_is_inconclusive() {
    let (mut told, conn) = split();
    told.at(5.0).tls_oddity(conn, "corrupt-record").at(5.1).close(conn, Party::Device, CloseHow::Fin);
    let finding = told.expect("MQTT-FRAG-01", Verdict::Inconclusive);
    assert!(finding.summary.contains("what became of the packets"), "{}", finding.summary);
    let (mut told, conn) = split();
    told.at(5.0).raw(conn, Direction::ToDevice, &[0, 0]).close(conn, Party::Device, CloseHow::Orderly);
    told.expect("MQTT-FRAG-01", Verdict::Inconclusive);
    let (mut told, conn) = split();
    told.at(5.0).device_tls_failed("record-too-large").close(conn, Party::Device, CloseHow::Orderly);
    told.expect("MQTT-FRAG-01", Verdict::Inconclusive);
}

#[test]
fn dropping_what_follows_fails_once_the_time_for_it_is_over() {
    for (second, verdict) in [(17.9, Verdict::Pass), (18.0, Verdict::Fail)] {
        let (mut told, conn) = merged();
        told.at(3.1).acks(conn, 1).at(second).cut(conn);
        told.expect("MQTT-FRAG-01", verdict);
    }
}

#[test]
fn single_bytes_take_their_time() {
    // 45 bytes of which each takes a second.
    for (second, verdict) in [(60.0, Verdict::Inconclusive), (64.0, Verdict::Fail)] {
        let (mut told, conn) = story("slow-bytes", json!({ "pause": 1_000_000 }));
        told.at(3.0).delivers(conn, INBOX, "x", Some(1)).at(second).cut(conn);
        told.expect("MQTT-FRAG-01", verdict);
    }
}

#[test]
fn a_pingresp_that_is_late_is_no_fault_of_the_device() {
    let (mut told, conn) = story("slow-bytes", json!({}));
    told.at(3.0).sends(conn, &Packet::PingReq).at(30.0).delivers(conn, INBOX, "x", Some(1));
    told.at(33.0).close(conn, Party::Device, CloseHow::Orderly);
    told.expect("MQTT-FRAG-01", Verdict::Inconclusive);
}

#[test]
fn what_is_not_in_pieces_is_inconclusive() {
    let (mut alone, conn) = story("merge-writes", json!({}));
    alone.at(3.0).delivers(conn, INBOX, "x", Some(1)).acks(conn, 1);
    alone.expect("MQTT-FRAG-01", Verdict::Inconclusive);
    for args in [json!({ "of": "handshake" }), json!({ "target": "dps" }), json!({ "device": "other" })] {
        let (mut elsewhere, conn) = story("slow-bytes", args);
        elsewhere.at(3.0).delivers(conn, INBOX, "x", Some(1)).acks(conn, 1);
        elsewhere.expect("MQTT-FRAG-01", Verdict::Inconclusive);
    }
    let (mut calmed, conn) = story("slow-bytes", json!({}));
    calmed.at(2.5).stimulus("cloud", "calm", json!({})).at(3.0).delivers(conn, INBOX, "x", Some(1));
    calmed.acks(conn, 1);
    calmed.expect("MQTT-FRAG-01", Verdict::Inconclusive);
}
