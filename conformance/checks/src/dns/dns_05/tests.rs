use std::net::{Ipv4Addr, SocketAddrV4};

use nanorig_trace::event::{CloseHow, DeviceEvent, Direction, NetworkEvent, Party, Service};
use nanorig_wire::lan::dhcp::Kind;
use nanorig_wire::lan::dns::{Rcode, Record};
use serde_json::json;

use crate::Verdict;
use crate::testing::{DEVICE, GATEWAY, HUB, HUB_NAME, Story, answer, dns_name, granted, query};

const DEAD: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 66);
const SECOND: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 53);

fn unanswered(story: &mut Story, to: Ipv4Addr) {
    let server = SocketAddrV4::new(to, 8_883);
    story.event(NetworkEvent::Unanswered { server, how: "dropped".into() });
}

/// A hub that was reached before gets a dead address before its own.
fn dead_first() -> Story {
    let mut story = Story::new();
    let conn = story.at(1.0).open("hub");
    story.at(2.0).close(conn, Party::Server, CloseHow::Fin);
    let records = [DEAD, HUB].map(|address| Record::a(dns_name(HUB_NAME), 60, address));
    story.at(3.0).dns_asks(7, HUB_NAME).dns_sends(&answer(7, HUB_NAME, records.to_vec()), GATEWAY);
    unanswered(story.at(4.0), DEAD);
    unanswered(story.at(5.0), DEAD);
    story
}

fn goes_on(story: &mut Story, second: f64) {
    story.at(second).event(DeviceEvent::Main {});
}

#[test]
fn the_limits_come_in_pairs() {
    for (second, verdict) in [(34.0, Verdict::Pass), (34.1, Verdict::Fail)] {
        let mut story = dead_first();
        story.at(second).open("hub");
        story.expect("DNS-05", verdict);
    }
    let mut story = dead_first();
    goes_on(&mut story, 40.0);
    story.expect("DNS-05", Verdict::Fail);
}

#[test]
fn a_scenario_may_set_the_limit() {
    let mut story = dead_first();
    story.parameter("dns_failover", 20);
    story.at(34.0).open("hub");
    story.expect("DNS-05", Verdict::Fail);
}

#[test]
fn where_no_other_address_is_known_to_live_it_is_inconclusive() {
    let mut story = Story::new();
    let records = [DEAD, HUB].map(|address| Record::a(dns_name(HUB_NAME), 60, address));
    story.at(3.0).dns_asks(7, HUB_NAME).dns_sends(&answer(7, HUB_NAME, records.to_vec()), GATEWAY);
    unanswered(story.at(4.0), DEAD);
    goes_on(&mut story, 90.0);
    story.expect("DNS-05", Verdict::Inconclusive);
}

#[test]
fn other_addresses_that_are_dead_too_and_a_device_that_is_told_to_leave_are_inconclusive() {
    let mut story = dead_first();
    unanswered(story.at(14.0), HUB);
    goes_on(&mut story, 90.0);
    story.expect("DNS-05", Verdict::Inconclusive);
    let mut story = dead_first();
    story.action("hub.close", json!({}));
    goes_on(&mut story, 90.0);
    story.expect("DNS-05", Verdict::Inconclusive);
}

/// A device that knows two servers and asks the first one, which is silent.
fn silent_first() -> Story {
    let mut story = Story::new();
    let mut ack = granted(Kind::Ack, 1, DEVICE, 86_400);
    ack.options.dns_servers = vec![GATEWAY, SECOND];
    story.at(1.0).dhcp_receives(&ack);
    story.at(2.0).dns_asks(7, HUB_NAME).at(4.0).dns_asks(8, HUB_NAME);
    story
}

fn asks_second(story: &mut Story, answered: bool) {
    let (device, server) = (SocketAddrV4::new(DEVICE, 40_000), SocketAddrV4::new(SECOND, 53));
    let bytes = query(9, HUB_NAME).encode();
    story.datagram(Service::Dns, Direction::FromDevice, device, server, bytes);
    if answered {
        story.dns_sends(&answer(9, HUB_NAME, vec![Record::a(dns_name(HUB_NAME), 60, HUB)]), SECOND);
    }
}

#[test]
fn asking_the_second_server_passes_and_staying_with_the_first_fails() {
    let mut story = silent_first();
    asks_second(story.at(6.0), true);
    story.expect("DNS-05", Verdict::Pass);
    let mut story = silent_first();
    goes_on(&mut story, 33.0);
    story.expect("DNS-05", Verdict::Fail);
}

#[test]
fn an_outage_one_server_and_an_error_are_inconclusive() {
    let mut story = silent_first();
    story.at(6.0).event(NetworkEvent::Link { fault: "partition".into(), on: true });
    goes_on(&mut story, 90.0);
    story.expect("DNS-05", Verdict::Inconclusive);
    let mut story = Story::new();
    story.at(1.0).ack(1, DEVICE, 86_400).at(2.0).dns_asks(7, HUB_NAME);
    goes_on(&mut story, 90.0);
    story.expect("DNS-05", Verdict::Inconclusive);
    let mut story = silent_first();
    story.dns_fails(8, HUB_NAME, Rcode::ServFail);
    goes_on(&mut story, 90.0);
    story.expect("DNS-05", Verdict::Inconclusive);
}

#[test]
fn two_silent_servers_are_inconclusive() {
    let mut story = silent_first();
    asks_second(story.at(6.0), false);
    goes_on(&mut story, 90.0);
    story.expect("DNS-05", Verdict::Inconclusive);
}
