use std::net::{Ipv4Addr, SocketAddrV4};

use nanorig_trace::event::NetworkEvent;
use nanorig_wire::lan::dns::{Message, Record};

use crate::Verdict;
use crate::testing::{DEVICE, GATEWAY, HUB, HUB_NAME, Story, answer, dns_name};

const FORGED: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 66);

fn forgery(id: u16, name: &str) -> Message {
    answer(id, name, vec![Record::a(dns_name(name), 60, FORGED)])
}

/// A query, forgeries with another id, question and source, and then the true answer.
fn forged() -> Story {
    let mut story = Story::new();
    story.at(1.0).dns_asks(7, HUB_NAME);
    story.at(1.1).dns_sends(&forgery(8, HUB_NAME), GATEWAY);
    story.dns_sends(&forgery(7, "other.example"), GATEWAY);
    story.dns_sends(&forgery(7, HUB_NAME), Ipv4Addr::new(192, 168, 1, 66));
    story.at(1.2).dns_answers(7, HUB_NAME, 60, HUB);
    story
}

#[test]
fn the_true_answer_passes() {
    let mut story = forged();
    story.at(2.0).open("hub");
    let finding = story.expect("DNS-03", Verdict::Pass);
    let kinds: Vec<bool> = ["id", "question", "source"]
        .iter()
        .zip(&finding.evidence)
        .map(|(kind, evidence)| evidence.text.ends_with(&format!("wrong {kind}")))
        .collect();
    assert_eq!(kinds, [true; 3], "{finding:?}");
}

#[test]
fn a_connection_to_the_forged_address_fails() {
    let mut story = forged();
    story.at(2.0).open_from(DEVICE, "evil", FORGED);
    story.expect("DNS-03", Verdict::Fail);
    let mut story = forged();
    story.at(2.0).resolved(HUB_NAME, &[FORGED], "");
    story.expect("DNS-03", Verdict::Fail);
    let mut story = forged();
    let server = SocketAddrV4::new(FORGED, 8_883);
    story.at(2.0).event(NetworkEvent::Unanswered { server, how: "refused".into() });
    story.expect("DNS-03", Verdict::Fail);
}

#[test]
fn without_a_forgery_there_is_nothing_to_say() {
    let mut story = Story::new();
    story.at(1.0).dns_asks(7, HUB_NAME).at(1.2).dns_answers(7, HUB_NAME, 60, HUB);
    story.at(2.0).open("hub");
    story.expect("DNS-03", Verdict::Inconclusive);
}
