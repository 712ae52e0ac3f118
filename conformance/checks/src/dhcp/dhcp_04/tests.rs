use std::net::Ipv4Addr;

use crate::Verdict;
use crate::testing::{DEVICE, GATEWAY, HUB, Story};

const NEXT: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 7);

/// A lease of 120 s that is refused at its renewal, with a connection that used it.
fn refused() -> Story {
    let mut story = Story::new();
    story.lease(1, DEVICE, 120).at(2.0).open("hub");
    story.at(60.0).renew(2, DEVICE, GATEWAY).at(60.1).nak(2);
    story
}

#[test]
fn a_refused_address_is_given_up_and_replaced() {
    let mut story = refused();
    story.at(60.5).lease(3, NEXT, 120);
    story.at(65.0).open_from(NEXT, "hub", HUB);
    let finding = story.expect("DHCP-04", Verdict::Pass);
    assert_eq!(finding.evidence.len(), 2);
}

#[test]
fn packets_from_a_refused_address_fail() {
    let mut story = refused();
    story.at(61.0).dns_asks(1, "a.example");
    story.expect("DHCP-04", Verdict::Inconclusive);
    story.at(61.2).dns_asks(2, "a.example");
    story.expect("DHCP-04", Verdict::Fail);
}

#[test]
fn an_address_that_ran_out_must_not_be_used() {
    let mut story = Story::new();
    story.lease(1, DEVICE, 120).at(122.0).open("hub");
    story.expect("DHCP-04", Verdict::Fail);
}

#[test]
fn not_asking_again_fails() {
    let mut story = refused();
    story.at(120.2).link_up();
    let finding = story.expect("DHCP-04", Verdict::Fail);
    assert!(finding.evidence[0].text.contains("no DISCOVER"), "{finding:?}");
}

#[test]
fn not_coming_back_fails() {
    let mut story = refused();
    story.at(61.0).lease(3, NEXT, 9_000).at(182.0).link_up();
    let finding = story.expect("DHCP-04", Verdict::Fail);
    assert!(finding.evidence[0].text.contains("nothing connects"), "{finding:?}");
}

#[test]
fn the_same_address_may_be_given_again() {
    let mut story = refused();
    story.at(60.5).lease(3, DEVICE, 120);
    story.at(65.0).open("hub");
    story.expect("DHCP-04", Verdict::Pass);
}

#[test]
fn an_address_that_is_given_again_after_another_may_be_used() {
    let mut story = refused();
    story.at(60.5).lease(3, NEXT, 120).at(65.0).open_from(NEXT, "hub", HUB);
    story.at(120.0).renew(4, NEXT, GATEWAY).at(120.1).nak(4).at(120.5).lease(5, DEVICE, 120);
    story.at(125.0).open("hub");
    story.expect("DHCP-04", Verdict::Pass);
}

#[test]
fn a_lease_that_holds_is_inconclusive() {
    let mut story = Story::new();
    story.lease(1, DEVICE, 120).at(60.0).renew(2, DEVICE, GATEWAY).ack(2, DEVICE, 120).at(61.0).link_up();
    story.expect("DHCP-04", Verdict::Inconclusive);
}
