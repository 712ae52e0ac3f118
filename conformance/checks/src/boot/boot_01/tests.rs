use nanorig_trace::event::{CloseHow, Party};

use serde_json::json;

use crate::Verdict;
use crate::testing::{DEVICE, GATEWAY, Story};

fn bring_up(story: &mut Story, start: f64, connected: f64) {
    story.at(start).boot("power-on").at(start + 1.0).link_up();
    story.at(start + 2.0).address(DEVICE, GATEWAY).at(start + 4.0).clock_set();
    story.at(connected).good_session();
}

#[test]
fn a_start_within_the_budget_passes() {
    let mut story = Story::new();
    bring_up(&mut story, 0.0, 120.0);
    let finding = story.expect("BOOT-01", Verdict::Pass);
    assert_eq!(
        finding.evidence[0].text,
        "connected 120.0 s after the start by way of link, address, time, TLS, CONNACK"
    );
}

#[test]
fn a_start_beyond_the_budget_fails() {
    let mut story = Story::new();
    bring_up(&mut story, 0.0, 120.1);
    story.expect("BOOT-01", Verdict::Fail);
    story.parameter("boot_budget", "3m").expect("BOOT-01", Verdict::Pass);
}

#[test]
fn a_start_that_leads_nowhere_fails_once_its_time_is_over() {
    let mut story = Story::new();
    story.boot("reset").at(119.0).link_up();
    story.expect("BOOT-01", Verdict::Inconclusive);
    story.at(121.0).link_up();
    story.expect("BOOT-01", Verdict::Fail);
}

#[test]
fn tls_before_the_time_fails() {
    let mut story = Story::new();
    story.boot("power-on").at(1.0).link_up();
    let conn = story.at(2.0).open("hub");
    story.tls(conn).at(3.0).clock_set().mqtt_session(conn, None);
    let finding = story.expect("BOOT-01", Verdict::Fail);
    assert_eq!(finding.evidence[0].text, "TLS came before time");
}

#[test]
fn each_start_is_judged() {
    let mut story = Story::new();
    bring_up(&mut story, 0.0, 10.0);
    story.close(nanorig_trace::event::ConnId(1), Party::Network, CloseHow::Timeout);
    bring_up(&mut story, 20.0, 150.0);
    story.expect("BOOT-01", Verdict::Fail);
}

#[test]
fn the_device_or_the_hub_may_report_the_connection() {
    let mut story = Story::new();
    story.boot("power-on").at(5.0).status("Connected");
    story.expect("BOOT-01", Verdict::Pass);
    let mut story = Story::new();
    let conn = story.boot("power-on").at(4.0).open("hub");
    story.at(5.0).cloud_connected(conn, "sas");
    story.expect("BOOT-01", Verdict::Pass);
}

/// A device that was told to boot, idles, and is told at 600 s to connect.
fn told_late() -> Story {
    let mut story = Story::new();
    story.action("boot", json!({})).boot("power-on").at(4.0).outcome("boot", true, json!({}));
    story.at(600.0).action("hub.open", json!({}));
    story
}

#[test]
fn the_time_in_which_nobody_asks_a_device_to_connect_is_not_its_own() {
    for (second, verdict) in [(716.0, Verdict::Pass), (716.1, Verdict::Fail)] {
        let mut story = told_late();
        story.at(second).good_session();
        story.expect("BOOT-01", verdict);
    }
    for (second, verdict) in [(716.0, Verdict::Inconclusive), (716.1, Verdict::Fail)] {
        let mut story = told_late();
        story.at(second).link_up();
        story.expect("BOOT-01", verdict);
    }
}

#[test]
fn a_start_after_which_nobody_asks_is_inconclusive() {
    let mut story = told_late();
    story.boot("reset").at(1_000.0).link_up();
    story.expect("BOOT-01", Verdict::Inconclusive);
}

#[test]
fn a_start_that_takes_long_by_itself_counts() {
    let mut story = Story::new();
    story.action("boot", json!({})).boot("power-on").at(200.0).outcome("boot", true, json!({}));
    story.at(200.0).action("hub.open", json!({})).at(201.0).good_session();
    story.expect("BOOT-01", Verdict::Fail);
}

#[test]
fn what_a_device_failed_to_do_before_it_was_asked_to_connect_counts() {
    for (ok, verdict) in [(true, Verdict::Inconclusive), (false, Verdict::Fail)] {
        let mut story = Story::new();
        story.action("boot", json!({})).boot("power-on").at(4.0).outcome("boot", true, json!({}));
        story.action("dps.register", json!({})).at(10.0).outcome("dps.register", ok, json!({}));
        story.at(600.0).link_up();
        story.expect("BOOT-01", verdict);
    }
}
