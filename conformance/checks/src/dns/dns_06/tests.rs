use nanorig_wire::lan::dns::Rcode;

use crate::Verdict;
use crate::testing::{HUB, HUB_NAME, Story};

/// Queries at these seconds that all fail.
fn failing(seconds: &[f64], rcode: Rcode) -> Story {
    let mut story = Story::new();
    for (id, second) in (1..).zip(seconds) {
        story.at(*second).dns_asks(id, HUB_NAME).at(second + 0.01).dns_fails(id, HUB_NAME, rcode);
    }
    story
}

const BACKING_OFF: &[f64] = &[1.0, 3.0, 8.0, 20.0, 45.0, 100.0];

#[test]
fn backing_off_until_the_name_resolves_passes() {
    for rcode in [Rcode::ServFail, Rcode::NxDomain] {
        let mut story = failing(BACKING_OFF, rcode);
        story.at(200.0).dns_asks(99, HUB_NAME).at(200.1).dns_answers(99, HUB_NAME, 60, HUB);
        story.expect("DNS-06", Verdict::Pass);
    }
}

#[test]
fn giving_up_fails() {
    let mut story = failing(BACKING_OFF, Rcode::ServFail);
    story.at(700.0).link_up();
    story.expect("DNS-06", Verdict::Inconclusive);
    story.at(700.1).link_up();
    story.expect("DNS-06", Verdict::Fail);
}

#[test]
fn a_reset_fails() {
    let mut story = failing(BACKING_OFF, Rcode::NxDomain);
    story.at(150.0).boot("software").at(200.0).dns_asks(99, HUB_NAME).dns_answers(99, HUB_NAME, 60, HUB);
    story.expect("DNS-06", Verdict::Fail);
}

#[test]
fn too_many_queries_fail() {
    let seconds: Vec<f64> = (0..40).map(|n| 1.0 + f64::from(n) * 0.5).collect();
    let mut story = failing(&seconds, Rcode::ServFail);
    story.at(200.0).dns_asks(99, HUB_NAME).at(200.1).dns_answers(99, HUB_NAME, 60, HUB);
    let finding = story.expect("DNS-06", Verdict::Fail);
    assert!(finding.evidence[0].text.contains("40 times in 20 s"), "{finding:?}");
}

#[test]
fn a_constant_pace_fails() {
    let seconds: Vec<f64> = (0..6).map(|n| 1.0 + f64::from(n) * 10.0).collect();
    let mut story = failing(&seconds, Rcode::ServFail);
    story.at(200.0).dns_asks(99, HUB_NAME).at(200.1).dns_answers(99, HUB_NAME, 60, HUB);
    let finding = story.expect("DNS-06", Verdict::Fail);
    assert!(finding.evidence[0].text.contains("never back off"), "{finding:?}");
}
