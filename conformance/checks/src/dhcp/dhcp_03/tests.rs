use std::net::Ipv4Addr;

use nanorig_trace::event::{CloseHow, Party};
use serde_json::json;

use crate::Verdict;
use crate::testing::{DEVICE, GATEWAY, Story};

/// A lease of 120 s from second 0; T1 is at 60 s, T2 at 105 s. The server is silent until T2.
fn leased() -> Story {
    let mut story = Story::new();
    story.lease(1, DEVICE, 120);
    story
}

#[test]
fn renewal_at_t1_and_rebinding_at_t2_pass() {
    let mut story = leased();
    let conn = story.at(2.0).open("hub");
    story.at(60.4).renew(2, DEVICE, GATEWAY).at(82.0).renew(2, DEVICE, GATEWAY);
    story.at(105.2).renew(3, DEVICE, Ipv4Addr::BROADCAST).at(105.3).ack(3, DEVICE, 120);
    story.at(110.0).close(conn, Party::Device, CloseHow::Orderly);
    let finding = story.expect("DHCP-03", Verdict::Pass);
    assert_eq!(finding.evidence.len(), 3);
}

#[test]
fn no_renewal_fails_once_t1_is_over() {
    let mut story = leased();
    story.at(71.9).link_up();
    story.expect("DHCP-03", Verdict::Inconclusive);
    story.at(72.1).link_up();
    story.expect("DHCP-03", Verdict::Fail);
}

#[test]
fn an_early_renewal_fails() {
    let mut story = leased();
    story.at(47.9).renew(2, DEVICE, GATEWAY).ack(2, DEVICE, 120);
    story.expect("DHCP-03", Verdict::Fail);
}

#[test]
fn a_broadcast_renewal_fails() {
    let mut story = leased();
    story.at(60.0).renew(2, DEVICE, Ipv4Addr::BROADCAST).ack(2, DEVICE, 120);
    story.expect("DHCP-03", Verdict::Fail);
}

#[test]
fn no_rebinding_before_the_end_fails() {
    let mut story = leased();
    story.at(60.0).renew(2, DEVICE, GATEWAY).at(130.0).link_up();
    let finding = story.expect("DHCP-03", Verdict::Fail);
    assert!(finding.evidence[0].text.contains("not rebound"), "{finding:?}");
}

#[test]
fn a_session_lost_during_the_renewal_fails() {
    let mut story = leased();
    let conn = story.at(2.0).open("hub");
    story.at(60.0).renew(2, DEVICE, GATEWAY).at(61.0).close(conn, Party::Device, CloseHow::Reset);
    story.at(105.0).renew(3, DEVICE, Ipv4Addr::BROADCAST).at(105.3).ack(3, DEVICE, 120);
    story.expect("DHCP-03", Verdict::Fail);
}

#[test]
fn a_session_that_ends_on_purpose_during_the_renewal_is_not_lost() {
    let mut story = leased();
    let (first, second) = (story.at(2.0).session(false), story.open("web"));
    story.at(60.0).renew(2, DEVICE, GATEWAY).at(61.0).action("hub.close", json!({})).leaves(first);
    story.action("socket.close", json!({})).close(second, Party::Device, CloseHow::Fin);
    story.at(105.0).renew(3, DEVICE, Ipv4Addr::BROADCAST).at(105.3).ack(3, DEVICE, 120);
    story.expect("DHCP-03", Verdict::Pass);
}

#[test]
fn a_server_that_always_answers_does_not_show_rebinding() {
    let mut story = leased();
    story.at(60.0).renew(2, DEVICE, GATEWAY).ack(2, DEVICE, 120).at(70.0).link_up();
    let finding = story.expect("DHCP-03", Verdict::Inconclusive);
    assert!(finding.summary.contains("T2"), "{finding:?}");
}
