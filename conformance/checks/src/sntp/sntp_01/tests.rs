use nanorig_trace::Utc;

use crate::Verdict;
use crate::testing::Story;

#[test]
fn time_before_tls_passes() {
    let mut story = Story::new();
    story.boot("power-on").at(60.0).clock_set().at(61.0).good_session();
    story.expect("SNTP-01", Verdict::Pass);
}

#[test]
fn tls_before_time_fails() {
    let mut story = Story::new();
    let conn = story.boot("power-on").at(1.0).open("hub");
    story.tls(conn).at(2.0).clock_set();
    story.expect("SNTP-01", Verdict::Fail);
}

#[test]
fn a_token_before_time_fails() {
    let mut story = Story::new();
    let conn = story.boot("power-on").at(1.0).open("hub");
    story.mqtt_session(conn, Some("SharedAccessSignature sr=a&sig=b&se=3600"));
    let finding = story.expect("SNTP-01", Verdict::Fail);
    assert_eq!(finding.evidence[0].text, "a SAS token is sent before the clock was set");
}

#[test]
fn a_clock_that_kept_its_time_needs_no_setting_first() {
    let mut story = Story::new();
    let kept = Utc::parse("2026-03-01T11:59:58Z").expect("it is a date");
    story.boot("deep-sleep").at(1.0).good_session();
    story.at(2.0).clock_set_from(kept);
    story.expect("SNTP-01", Verdict::Inconclusive);
}

#[test]
fn a_declared_time_floor_is_enough() {
    let mut story = Story::new();
    story.boot("power-on").at(1.0).good_session();
    story.expect("SNTP-01", Verdict::Fail);
    story.parameter("time_floor", 1).expect("SNTP-01", Verdict::NotApplicable);
}

#[test]
fn a_date_judged_before_time_fails() {
    let mut story = Story::new();
    story.boot("power-on").at(1.0).device_tls_failed("not-yet-valid").at(2.0).clock_set();
    story.expect("SNTP-01", Verdict::Fail);
    let mut story = Story::new();
    story.boot("power-on").at(1.0).device_tls_failed("clock-not-set");
    story.at(2.0).clock_set().at(3.0).good_session();
    story.expect("SNTP-01", Verdict::Pass);
}
