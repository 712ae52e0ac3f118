use crate::Verdict;
use crate::testing::{DEVICE, Story};

fn series(story: &mut Story, start: f64, gaps: &[f64]) -> f64 {
    let mut now = start;
    story.at(now).discover(1);
    for gap in gaps {
        now += gap;
        story.at(now).discover(1);
    }
    now
}

/// Another start, with other gaps.
fn again(story: &mut Story, start: f64) {
    story.at(start).boot("reset");
    series(story, start + 1.0, &[4.4, 7.6, 16.2]);
}

#[test]
fn one_start_does_not_show_randomness() {
    let mut story = Story::new();
    let end = series(&mut story, 1.0, &[3.6, 8.9, 15.2]);
    story.expect("DHCP-02", Verdict::Inconclusive);
    // Nor do three messages after another one.
    story.at(end + 1.0).boot("reset");
    series(&mut story, end + 2.0, &[4.4, 7.6]);
    story.expect("DHCP-02", Verdict::Inconclusive);
}

#[test]
fn doubling_with_jitter_up_to_the_cap_passes() {
    let mut story = Story::new();
    let end = series(&mut story, 1.0, &[3.6, 8.9, 15.2, 32.7, 64.4, 63.1, 64.9]);
    story.at(end + 63.5).lease(2, DEVICE, 60);
    again(&mut story, end + 100.0);
    story.expect("DHCP-02", Verdict::Pass);
}

#[test]
fn constant_gaps_fail() {
    let mut story = Story::new();
    series(&mut story, 1.0, &[5.1, 4.9, 5.2, 5.05]);
    story.expect("DHCP-02", Verdict::Fail);
}

#[test]
fn gaps_far_beyond_the_cap_fail() {
    let mut story = Story::new();
    series(&mut story, 1.0, &[3.6, 8.9, 15.2, 66.1]);
    story.expect("DHCP-02", Verdict::Fail);
    let mut story = Story::new();
    let end = series(&mut story, 1.0, &[3.6, 8.9, 15.2, 65.9]);
    again(&mut story, end + 10.0);
    story.expect("DHCP-02", Verdict::Pass);
}

#[test]
fn gaps_of_whole_seconds_are_not_random() {
    let mut story = Story::new();
    series(&mut story, 1.0, &[4.0, 8.0, 16.0, 32.0]);
    let finding = story.expect("DHCP-02", Verdict::Fail);
    assert!(finding.evidence[0].text.contains("whole number"), "{finding:?}");
}

#[test]
fn the_same_gaps_at_every_boot_fail() {
    let mut story = Story::new();
    let end = series(&mut story, 1.0, &[3.6, 8.9, 15.2]);
    story.at(end + 5.0).boot("reset");
    series(&mut story, end + 6.0, &[3.601, 8.9, 15.2]);
    story.expect("DHCP-02", Verdict::Fail);
    story.at(100.0).boot("reset");
    series(&mut story, 101.0, &[4.4, 7.6, 16.2]);
    story.expect("DHCP-02", Verdict::Pass);
}

#[test]
fn a_server_that_answers_provokes_nothing() {
    let mut story = Story::new();
    story.at(1.0).lease(2, DEVICE, 60);
    story.expect("DHCP-02", Verdict::Inconclusive);
}
