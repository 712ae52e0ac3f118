use std::net::Ipv4Addr;

use nanorig_wire::lan::dhcp::{Kind, Message};

use crate::Verdict;
use crate::testing::{DEVICE, GATEWAY, HUB, Story};

#[test]
fn a_lease_used_as_given_passes() {
    let mut story = Story::new();
    story.at(1.0).lease(7, DEVICE, 3_600).at(1.1).address(DEVICE, GATEWAY);
    story.at(2.0).dns_asks(1, "a.example").at(3.0).open("hub");
    let finding = story.expect("DHCP-01", Verdict::Pass);
    assert_eq!(finding.evidence.len(), 2);
}

#[test]
fn another_dns_server_than_leased_fails() {
    let mut story = Story::new();
    story.at(1.0).lease(7, DEVICE, 3_600).at(1.1).address(DEVICE, Ipv4Addr::new(8, 8, 8, 8));
    story.expect("DHCP-01", Verdict::Fail);
}

#[test]
fn traffic_from_another_address_fails() {
    let mut story = Story::new();
    story.at(1.0).lease(7, DEVICE, 3_600).at(1.1).address(DEVICE, GATEWAY);
    story.at(2.0).open_from(Ipv4Addr::new(192, 168, 1, 51), "hub", HUB);
    let finding = story.expect("DHCP-01", Verdict::Fail);
    assert_eq!(finding.evidence[0].text, "a connection comes from 192.168.1.51, which is not leased");
}

#[test]
fn a_request_for_another_address_than_offered_fails() {
    let mut story = Story::new();
    story.at(1.0).discover(7);
    story.dhcp_receives(&crate::testing::granted(Kind::Offer, 7, DEVICE, 60));
    let mut request = Message::request(Kind::Request, 7, [2, 0, 0, 0, 0, 1]);
    request.options.server_id = Some(GATEWAY);
    request.options.requested_address = Some(Ipv4Addr::new(192, 168, 1, 99));
    story.dhcp_sends(&request, Ipv4Addr::BROADCAST).ack(7, DEVICE, 60).address(DEVICE, GATEWAY);
    story.expect("DHCP-01", Verdict::Fail);
}

#[test]
fn a_renewal_alone_says_nothing() {
    let mut story = Story::new();
    story.at(1.0).renew(9, DEVICE, GATEWAY).ack(9, DEVICE, 60).address(DEVICE, GATEWAY);
    story.expect("DHCP-01", Verdict::Inconclusive);
}
