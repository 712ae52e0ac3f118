use nanorig_trace::event::{ConnEvent, DeviceEvent, Direction, Protocol};
use nanorig_wire::lan::dns::{Message, Record, to_tcp};

use crate::Verdict;
use crate::testing::{DEVICE, GATEWAY, HUB, HUB_NAME, Story, answer, dns_name, query};

fn truncated() -> Story {
    let mut story = Story::new();
    let empty = Message { truncated: true, ..answer(1, HUB_NAME, Vec::new()) };
    story.at(1.0).dns_asks(1, HUB_NAME).at(1.1).dns_sends(&empty, GATEWAY);
    story
}

#[test]
fn the_full_answer_by_tcp_passes() {
    let mut story = truncated();
    let conn = story.at(1.2).open_from(DEVICE, "dns", GATEWAY);
    let full = answer(9, HUB_NAME, vec![Record::a(dns_name(HUB_NAME), 60, HUB)]);
    for (direction, message) in [(Direction::FromDevice, query(9, HUB_NAME)), (Direction::ToDevice, full)] {
        let bytes = to_tcp(&message.encode()).into();
        story.event(ConnEvent::Packet { conn, protocol: Protocol::Dns, direction, bytes });
    }
    let finding = story.expect("DNS-04", Verdict::Pass);
    assert_eq!(finding.evidence[0].text, "asks again by TCP");
}

#[test]
fn giving_up_fails() {
    let mut story = truncated();
    story.at(2.0).resolved(HUB_NAME, &[], "malformed");
    story.expect("DNS-04", Verdict::Fail);
    let mut story = truncated();
    story.at(62.0).link_up();
    story.expect("DNS-04", Verdict::Fail);
}

#[test]
fn a_crash_fails() {
    let mut story = truncated();
    story.at(2.0).event(DeviceEvent::Fault { message: "buffer overflow".into() });
    story.expect("DNS-04", Verdict::Fail);
}

#[test]
fn a_long_answer_that_is_used_passes_and_one_of_512_octets_is_nothing_special() {
    for (records, verdict) in [(29, Verdict::Inconclusive), (30, Verdict::Pass)] {
        let list = (0..records).map(|_| Record::a(dns_name(HUB_NAME), 60, HUB)).collect();
        let mut story = Story::new();
        story.at(1.0).dns_asks(1, HUB_NAME).at(1.1).dns_sends(&answer(1, HUB_NAME, list), GATEWAY);
        story.at(2.0).open("hub");
        story.expect("DNS-04", verdict);
    }
}
