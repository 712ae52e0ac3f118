use std::net::Ipv4Addr;

use nanorig_wire::lan::dns::Record;

use crate::Verdict;
use crate::testing::{GATEWAY, HUB, HUB_NAME, Story, answer, dns_name, hello};

/// An answer for the hub with this many aliases before its address.
fn aliased(hops: usize) -> Story {
    let mut names = vec![dns_name(HUB_NAME)];
    names.extend((0..hops).map(|n| dns_name(&format!("front-{n}.cloudapp.example"))));
    let mut records: Vec<Record> =
        names.windows(2).map(|pair| Record::cname(pair[0].clone(), 60, pair[1].clone())).collect();
    records.push(Record::a(names[hops].clone(), 10, HUB));
    // Servers need not keep the order.
    records.reverse();
    let mut story = Story::new();
    story.at(1.0).dns_asks(1, HUB_NAME).at(1.1).dns_sends(&answer(1, HUB_NAME, records), GATEWAY);
    story
}

#[test]
fn the_original_name_at_the_end_of_the_chain_passes() {
    let mut story = aliased(3);
    let conn = story.at(2.0).open("hub");
    story.hello(conn, &hello());
    story.expect("DNS-02", Verdict::Pass);
}

#[test]
fn an_alias_as_server_name_fails() {
    let mut story = aliased(3);
    let conn = story.at(2.0).open("hub");
    let mut alias = hello();
    alias.sni = Some("front-2.cloudapp.example".into());
    story.hello(conn, &alias);
    story.expect("DNS-02", Verdict::Fail);
}

#[test]
fn giving_up_on_the_chain_fails() {
    let mut story = aliased(3);
    story.at(2.0).resolved(HUB_NAME, &[], "no-address");
    story.expect("DNS-02", Verdict::Fail);
    let mut story = aliased(3);
    story.at(61.0).link_up();
    story.expect("DNS-02", Verdict::Inconclusive);
    story.at(61.2).link_up();
    story.expect("DNS-02", Verdict::Fail);
}

#[test]
fn a_short_chain_provokes_nothing() {
    let mut story = aliased(2);
    let conn = story.at(2.0).open_from(Ipv4Addr::new(192, 168, 1, 50), "hub", HUB);
    story.hello(conn, &hello());
    story.expect("DNS-02", Verdict::Inconclusive);
}
