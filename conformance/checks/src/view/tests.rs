use std::net::Ipv4Addr;
use std::time::Duration;

use nanorig_trace::event::{CloseHow, NetworkEvent, Party, RunEvent};
use nanorig_trace::{Time, event};
use nanorig_wire::lan::dns::{Message, Record};
use nanorig_wire::mqtt::Packet;

use super::*;
use crate::testing::{DEVICE, GATEWAY, HUB, HUB_NAME, Story, answer, dns_name};

#[test]
fn a_connection_is_put_together_from_its_events() {
    let mut story = Story::new();
    let first = story.at(1.0).good_session();
    let second = story.at(2.0).open("dps");
    story.at(3.0).sends(first, &Packet::PingReq).close(first, Party::Server, CloseHow::Reset);
    let view = View::new(story.trace());
    assert_eq!(view.connections().len(), 2);
    let connection = view.connection(first).expect("it was opened");
    assert_eq!((connection.service, connection.sni()), ("hub", Some(HUB_NAME)));
    assert_eq!(connection.connect().map(|(_, connect)| connect.client_id.as_str()), Some("nano-01"));
    assert_eq!(connection.accepted().map(|at| at.time), Some(Time::from_secs(1)));
    assert_eq!(connection.sent().next_back().map(|(_, packet)| packet), Some(&Packet::PingReq));
    assert!(connection.is_open_at(Time::from_millis(2_999)) && !connection.is_open_at(Time::from_secs(3)));
    assert_eq!(view.connections_to("dps").map(|connection| connection.id).collect::<Vec<_>>(), [second]);
}

#[test]
fn an_event_without_its_beginning_is_not_lost() {
    let mut story = Story::new();
    story.at(1.0).close(event::ConnId(7), Party::Device, CloseHow::Fin);
    let view = View::new(story.trace());
    assert_eq!(view.connections()[0].service, "");
    assert!(view.connections()[0].closed.is_some());
}

#[test]
fn boots_divide_the_trace() {
    let mut story = Story::new();
    story.at(1.0).boot("power-on").at(5.0).boot("reset").at(9.0).link_up();
    let view = View::new(story.trace());
    let [first, second] = view.boots() else { panic!("two boots were told") };
    assert!(first.contains(first.at) && !first.contains(second.at) && second.contains(view.end()));
    assert_eq!((first.ended, second.ended), (Time::from_secs(5), Time::from_secs(9)));
    assert!(view.boots_between(first.at, second.at) && !view.boots_between(second.at, view.end()));
    assert_eq!(view.boot_of(view.end()).map(|boot| boot.reason), Some("reset"));
}

#[test]
fn leases_end_as_their_events_say() {
    let mut story = Story::new();
    let other = Ipv4Addr::new(192, 168, 1, 51);
    story.lease(1, DEVICE, 100).at(50.0).ack(2, DEVICE, 100).at(60.0).nak(3);
    story.at(61.0).lease(4, other, 100).at(200.0).lease(5, other, u32::MAX).at(900.0).link_up();
    let view = View::new(story.trace());
    let ends: Vec<LeaseEnd> = view.leases().iter().map(|lease| lease.end).collect();
    assert!(matches!(ends[0], LeaseEnd::Replaced(at) if at.time == Time::from_secs(50)));
    assert!(matches!(ends[1], LeaseEnd::Refused(at) if at.time == Time::from_secs(60)));
    assert_eq!(ends[2..], [LeaseEnd::Expired(Time::from_secs(161)), LeaseEnd::Open]);
    assert_eq!(view.leases()[0].renewal, Some(Duration::from_secs(50)));
    assert_eq!(view.leases()[0].rebinding, Some(Duration::from_millis(87_500)));
    assert_eq!(view.leases()[3].lease_time, None, "a lease for ever has no timers");
}

#[test]
fn answers_are_matched_to_queries_and_aliases_followed() {
    let records = vec![
        Record::cname(dns_name(HUB_NAME), 60, dns_name("front.example")),
        Record::a(dns_name("front.example"), 20, HUB),
        Record::a(dns_name("unrelated.example"), 5, Ipv4Addr::LOCALHOST),
    ];
    let mut story = Story::new();
    story.at(1.0).dns_asks(1, HUB_NAME).at(1.1).dns_sends(&answer(1, HUB_NAME, records.clone()), GATEWAY);
    story.dns_sends(&answer(2, HUB_NAME, records), GATEWAY);
    let view = View::new(story.trace());
    let [resolution] = view.resolutions() else { panic!("one answer belongs to the query") };
    assert_eq!((&resolution.addresses[..], resolution.ttl), (&[HUB][..], Duration::from_secs(20)));
    assert_eq!(resolution.aliases, [dns_name("front.example")]);
    assert_eq!(view.name_of(HUB, view.end()), Some(&dns_name(HUB_NAME)));
    let belong: Vec<bool> = view
        .dns()
        .filter(|(datagram, _)| !datagram.is_from_device())
        .map(|(datagram, _)| view.belongs_to_a_query(datagram))
        .collect();
    assert_eq!(belong, [true, false]);
}

#[test]
fn aliases_in_a_circle_end() {
    let circle = vec![
        Record::cname(dns_name("a.example"), 60, dns_name("b.example")),
        Record::cname(dns_name("b.example"), 60, dns_name("a.example")),
    ];
    let mut story = Story::new();
    story.dns_asks(1, "a.example").dns_sends(&answer(1, "a.example", circle), GATEWAY);
    let view = View::new(story.trace());
    assert!(view.resolutions()[0].addresses.is_empty());
}

#[test]
fn malformed_datagrams_are_kept_as_such() {
    let mut story = Story::new();
    let message = Message { truncated: true, ..answer(1, "a.example", Vec::new()) };
    story.dns_sends(&message, GATEWAY);
    let Event::Network(NetworkEvent::Datagram { bytes, .. }) = &mut story.trace().records[0].event else {
        panic!("a datagram was recorded")
    };
    *bytes = vec![1, 2, 3].into();
    let view = View::new(story.trace());
    assert!(matches!(view.datagrams()[0].content, Content::Malformed(_)));
    assert_eq!(view.dns().count(), 0);
}

#[test]
fn outages_and_calls_have_their_ends() {
    let mut story = Story::new();
    let link = |on| NetworkEvent::Link { fault: "partition".into(), on };
    let args = serde_json::json!({ "for": 5 });
    let stimulus = RunEvent::Stimulus { hand: "network".into(), name: "partition".into(), args, step: None };
    story.at(1.0).event(stimulus).event(link(true)).at(6.0).event(link(false));
    let fields = serde_json::Value::Null;
    story.event(RunEvent::Outcome { name: "partition".into(), ok: true, fields, step: None });
    let view = View::new(story.trace());
    assert_eq!(view.outages()[0].until.map(|at| at.time), Some(Time::from_secs(6)));
    assert!(
        view.disturbed(Time::ZERO, Time::from_secs(1))
            && !view.disturbed(Time::from_secs(7), Time::from_secs(9))
    );
    assert!(view.calls_named("partition").all(|call| call.outcome.is_some_and(|(_, ok, _)| ok)));
}

#[test]
fn an_empty_trace_has_an_end() {
    let mut story = Story::new();
    let view = View::new(story.trace());
    assert_eq!(view.end(), At { record: 0, time: Time::ZERO });
    assert!(view.connections().is_empty() && view.boots().is_empty());
}

#[test]
fn calls_in_the_background_end_by_their_step() {
    let mut story = Story::new();
    let call = |step| (("slow".to_owned(), serde_json::Value::Null), Some(step));
    for number in [1, 2] {
        let ((name, args), step) = call(number);
        story.event(RunEvent::Action { name, args, step });
    }
    for (number, ok) in [(2, true), (1, false)] {
        let ((name, fields), step) = call(number);
        story.event(RunEvent::Outcome { name, ok, fields, step });
    }
    let view = View::new(story.trace());
    let ends: Vec<_> = view.calls().iter().map(|call| (call.step, call.succeeded())).collect();
    assert_eq!(ends, [(Some(1), false), (Some(2), true)]);
}

#[test]
fn a_hub_with_other_devices_tells_of_this_one() {
    let read = |device: &str| event::CloudEvent::TwinRead { device: device.into(), desired_version: 1 };
    let mut story = Story::new();
    let conn = story.at(1.0).good_session();
    story.event(read("nano-01")).event(read("nano-02")).event(read("nano-01/probe"));
    let view = View::new(story.trace());
    assert_eq!(view.cloud_events().count(), 1);
    let connection = view.connection(conn).expect("it was opened");
    assert_eq!(view.cloud_events_of(connection).count(), 1);
}
