use std::net::Ipv4Addr;

use nanorig_trace::event::{CloseHow, Party};

use crate::Verdict;
use crate::testing::{DEVICE, HUB, HUB_NAME, Story, hello};

const MOVED: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 11);

/// A connection by an answer of 30 s, closed at 20 s.
fn first_connection() -> Story {
    let mut story = Story::new();
    story.at(1.0).dns_asks(1, HUB_NAME).at(1.1).dns_answers(1, HUB_NAME, 30, HUB);
    let conn = story.at(2.0).open("hub");
    story.hello(conn, &hello()).at(20.0).close(conn, Party::Server, CloseHow::Reset);
    story
}

#[test]
fn asking_again_passes() {
    let mut story = first_connection();
    story.at(40.0).dns_asks(2, HUB_NAME).at(40.1).dns_answers(2, HUB_NAME, 30, MOVED);
    let conn = story.at(41.0).open_from(DEVICE, "hub", MOVED);
    story.hello(conn, &hello());
    story.expect("DNS-01", Verdict::Pass);
}

#[test]
fn an_old_answer_fails_once_its_time_is_over() {
    for (second, verdict) in [(36.0, Verdict::Inconclusive), (36.2, Verdict::Fail)] {
        let mut story = first_connection();
        let conn = story.at(second).open("hub");
        story.hello(conn, &hello());
        story.expect("DNS-01", verdict);
    }
}

#[test]
fn the_old_address_after_a_new_answer_fails() {
    let mut story = first_connection();
    story.at(40.0).dns_asks(2, HUB_NAME).at(40.1).dns_answers(2, HUB_NAME, 30, MOVED);
    let conn = story.at(41.0).open("hub");
    story.hello(conn, &hello());
    let finding = story.expect("DNS-01", Verdict::Fail);
    assert_eq!(
        finding.evidence[0].text,
        "connects to 203.0.113.10 by an answer of 39 s ago with a TTL of 30 s"
    );
}

#[test]
fn an_old_address_that_leads_nowhere_is_seen_by_its_resolution() {
    let mut story = first_connection();
    story.at(40.0).resolved(HUB_NAME, &[HUB], "");
    let finding = story.expect("DNS-01", Verdict::Fail);
    assert!(finding.evidence[0].text.starts_with("resolves to 203.0.113.10"), "{finding:?}");
    let mut story = first_connection();
    story.at(40.0).dns_asks(2, HUB_NAME).at(40.1).dns_answers(2, HUB_NAME, 30, MOVED);
    story.at(40.2).resolved(HUB_NAME, &[MOVED], "");
    story.expect("DNS-01", Verdict::Pass);
}
