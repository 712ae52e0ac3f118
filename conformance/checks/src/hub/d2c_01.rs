//! HUB-D2C-01: telemetry arrives in the number and at the rate that the application sends it.

use std::time::Duration;

use super::series::{Series, series};
use crate::view::At;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "HUB-D2C-01", always: false, judge };

/// How much shorter or longer than told a series may take. Outages and renewals hold messages up.
const RATE: std::ops::RangeInclusive<f64> = 0.8..=1.5;
/// What connecting and a lost packet may add to any series, or take from it.
const SLACK_SECS: f64 = 2.0;
/// Messages on their way at the end of the run are not lost; those at QoS 0 have no confirmation that says so.
const ON_THE_WAY: Duration = Duration::from_secs(15);

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for connection in view.connections_to("hub") {
        for violation in
            connection.violations.iter().filter(|violation| violation.detail.contains("messages/events"))
        {
            tally.bad(violation.at, format!("the hub does not take a topic: {}", violation.detail));
        }
    }
    let mut told = 0;
    for series in series(view) {
        told += judge_series(view, &series, &mut tally);
    }
    if (told as f64) < view.number("messages") && !tally.has_bad() {
        return Finding::inconclusive(format!("the application was told to send {told} messages"));
    }
    tally.finish(
        "all telemetry arrived at its rate",
        "telemetry was lost, or came at another rate",
        if told > 0 {
            "the run ended before all telemetry could arrive"
        } else {
            "the application was not told to send telemetry"
        },
    )
}

/// Judges the messages of one series. Gives the number that was told.
fn judge_series(view: &View<'_>, series: &Series<'_, '_>, tally: &mut Tally) -> u64 {
    let (told, begun) = (series.told(), series.calls[0].at);
    let stored: Vec<At> = series.stored.iter().map(|message| message.at).collect();
    let arrived = stored.len() as u64;
    // The application was refused, for example for the size of its message.
    if stored.is_empty() && series.calls.iter().all(|call| matches!(call.outcome, Some((_, false, _)))) {
        return 0;
    }
    let Some(ended) = series.ended() else { return told };
    if arrived < told {
        let given_up = dropped_from_queue(series);
        if given_up > 0 {
            tally.bad(begun, format!("the device dropped {given_up} of the {told} messages from its queue"));
        } else if view.end().since(ended) >= ON_THE_WAY {
            tally.bad(begun, format!("{arrived} of the {told} messages that were sent here arrived"));
        }
        return told;
    }
    // Overlapping calls have no common rate.
    let every = series.calls[0].span("every").filter(|_| told > 1 && series.calls.len() == 1);
    if let (Some(every), Some(first), Some(last)) = (every, stored.first(), stored.last()) {
        let due = every.as_secs_f64() * (told - 1) as f64;
        let took = last.since(*first).as_secs_f64();
        if !RATE.contains(&(took / due)) && (took - due).abs() > SLACK_SECS {
            tally.bad(*last, format!("{told} messages took {took:.1} s instead of {due:.1} s"));
            return told;
        }
    }
    let last = stored.last().copied().unwrap_or(begun);
    tally.good(last, format!("{arrived} messages arrived, {told} were sent"));
    told
}

/// Messages that the device dropped because there were too many of them.
fn dropped_from_queue(series: &Series<'_, '_>) -> u64 {
    let dropped = series.calls.iter().filter_map(|call| call.outcome?.2.get("dropped")?.as_u64());
    dropped.sum()
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::{CloudEvent, DeviceEvent};
    use nanorig_wire::mqtt::Packet;
    use serde_json::json;

    use crate::Verdict;
    use crate::testing::{Story, message};

    fn stored(story: &mut Story, number: u64) {
        story.event(CloudEvent::Telemetry {
            device: "nano-01".into(),
            properties: json!({}),
            system: json!({}),
            body: json!({ "n": number }),
            qos: 1,
        });
    }

    /// Five messages are told, one each 10 s; these come at these times.
    fn arrives(seconds: &[f64]) -> Story {
        let mut story = Story::new();
        story.at(1.0).action("telemetry.send", json!({ "count": 5, "every": 10_000_000 }));
        for second in seconds {
            story.at(*second);
            stored(&mut story, 1);
        }
        story
            .at(100.0)
            .outcome("telemetry.send", true, json!({ "sent": 5 }))
            .at(200.0)
            .hub_status("Connected", "ok");
        story
    }

    #[test]
    fn a_burst_has_no_rate_and_what_the_device_drops_is_lost() {
        let burst = |dropped: u64| {
            let mut story = Story::new();
            story.at(1.0).action("telemetry.send", json!({ "count": 3, "every": 1_000 }));
            for _ in dropped..3 {
                stored(story.at(1.4), 1);
            }
            story.at(1.5).outcome("telemetry.send", true, json!({ "sent": 3, "dropped": dropped }));
            story.at(2.0).hub_status("Connected", "ok");
            story
        };
        burst(0).expect("HUB-D2C-01", Verdict::Pass);
        burst(1).expect("HUB-D2C-01", Verdict::Fail);
    }

    #[test]
    fn a_series_that_goes_on_to_the_end_is_inconclusive() {
        let mut story = Story::new();
        story.at(1.0).action("telemetry.send", json!({ "count": 60, "every": 10_000_000 }));
        stored(story.at(1.1), 1);
        story.at(60.0).hub_status("Connected", "ok");
        story.expect("HUB-D2C-01", Verdict::Inconclusive);
    }

    #[test]
    fn all_messages_at_their_rate_pass() {
        arrives(&[1.0, 11.0, 21.0, 31.0, 41.0]).expect("HUB-D2C-01", Verdict::Pass);
        arrives(&[1.0, 11.0, 11.0, 21.0, 31.0, 41.0]).expect("HUB-D2C-01", Verdict::Pass);
    }

    #[test]
    fn a_lost_message_and_another_rate_fail() {
        arrives(&[1.0, 11.0, 31.0, 41.0]).expect("HUB-D2C-01", Verdict::Fail);
        arrives(&[1.0, 1.1, 1.2, 1.3, 1.4]).expect("HUB-D2C-01", Verdict::Fail);
        arrives(&[1.0, 11.0, 21.0, 31.0, 61.1]).expect("HUB-D2C-01", Verdict::Fail);
    }

    /// Two series at once, each of two messages: of the first one so many arrive, of the second one all.
    fn overlapping(first: u32) -> Story {
        let mut story = Story::new();
        for number in [1, 2] {
            story.at(number.into()).action(
                "telemetry.send",
                json!({ "count": 2, "every": 10_000_000, "body": { "n": number } }),
            );
        }
        for (second, number) in [(3.0, 2), (13.0, 2)] {
            story.at(second);
            stored(&mut story, number);
        }
        for second in 0..first {
            story.at(14.0 + 10.0 * f64::from(second));
            stored(&mut story, 1);
        }
        story.at(100.0).outcome("telemetry.send", true, json!({})).outcome("telemetry.send", true, json!({}));
        story.at(200.0).hub_status("Connected", "ok");
        story
    }

    #[test]
    fn overlapping_series_are_told_apart_by_their_bodies() {
        overlapping(2).expect("HUB-D2C-01", Verdict::Pass);
        overlapping(1).expect("HUB-D2C-01", Verdict::Fail);
    }

    #[test]
    fn overlapping_series_of_one_content_are_counted_together() {
        for (arriving, verdict) in [(3, Verdict::Pass), (2, Verdict::Fail)] {
            let mut story = Story::new();
            story.at(1.0).action("telemetry.send", json!({ "count": 2 }));
            story.at(2.0).action("telemetry.send", json!({}));
            for _ in 0..arriving {
                stored(&mut story, 1);
            }
            story.outcome("telemetry.send", true, json!({})).outcome("telemetry.send", true, json!({}));
            story.at(60.0).hub_status("Connected", "ok");
            story.expect("HUB-D2C-01", verdict);
        }
    }

    #[test]
    fn a_repetition_does_not_stand_for_a_lost_message() {
        for (dup, verdict) in [(false, Verdict::Pass), (true, Verdict::Fail)] {
            let mut story = Story::new();
            story.at(1.0).action("telemetry.send", json!({ "count": 2 }));
            let topic = "devices/nano-01/messages/events/";
            let conn = story.at(2.0).session(false);
            story.publishes(conn, topic, r#"{"n":1}"#, Some(1));
            stored(&mut story, 1);
            story.cut(conn);
            let conn = story.at(5.0).session(true);
            let mut again = message(topic, r#"{"n":1}"#, Some(1));
            again.dup = dup;
            story.sends(conn, &Packet::Publish(again));
            stored(&mut story, 1);
            story.puback(conn, 1).outcome("telemetry.send", true, json!({}));
            story.at(60.0).hub_status("Connected", "ok");
            story.expect("HUB-D2C-01", verdict);
        }
    }

    #[test]
    fn a_message_at_qos_0_on_its_way_at_the_end_is_inconclusive() {
        for (second, verdict) in [(16.9, Verdict::Inconclusive), (17.0, Verdict::Fail)] {
            let mut story = Story::new();
            story.at(2.0).action("telemetry.send", json!({}));
            story.event(DeviceEvent::TelemetrySent { number: 1, confirmed: false });
            story.outcome("telemetry.send", true, json!({ "sent": 1, "confirmed": 1, "dropped": 0 }));
            story.at(second).hub_status("Connected", "ok");
            story.expect("HUB-D2C-01", verdict);
        }
    }

    #[test]
    fn fewer_messages_than_needed_are_inconclusive() {
        let mut story = arrives(&[1.0, 11.0, 21.0, 31.0, 41.0]);
        story.parameter("messages", 6);
        story.expect("HUB-D2C-01", Verdict::Inconclusive);
        Story::new().expect("HUB-D2C-01", Verdict::Inconclusive);
    }
}
