//! HUB-D2C-01: telemetry arrives in the number and at the rate that the application sends it.

use std::time::Duration;

use nanorig_trace::event::{CloudEvent, DeviceEvent};

use crate::view::{At, HarnessCall};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "HUB-D2C-01", always: false, judge };

/// How much shorter or longer than told a series may take. Outages and renewals hold messages up.
const RATE: std::ops::RangeInclusive<f64> = 0.8..=1.5;
/// Messages on their way at the end of the run are not lost.
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
    let sends: Vec<&HarnessCall<'_>> =
        view.calls_named("telemetry.send").filter(|call| call.hand == "device").collect();
    let mut told = 0;
    for (index, call) in sends.iter().enumerate() {
        let until = sends.get(index + 1).map_or(view.end(), |next| next.at);
        told += judge_series(view, call, until, &mut tally);
    }
    if (told as f64) < view.number("messages") && !tally.has_bad() {
        return Finding::inconclusive(format!("the application was told to send {told} messages"));
    }
    tally.finish(
        "all telemetry arrived at its rate",
        "telemetry was lost, or came at another rate",
        "the application was not told to send telemetry",
    )
}

/// Judges the messages of one call, which come before the next one. Gives the number that was told.
fn judge_series(view: &View<'_>, call: &HarnessCall<'_>, until: At, tally: &mut Tally) -> u64 {
    let told = call.count("count").unwrap_or(1);
    let stored: Vec<At> = view
        .cloud_events()
        .filter(|(at, event)| *at > call.at && *at <= until && matches!(event, CloudEvent::Telemetry { .. }))
        .map(|(at, _)| at)
        .collect();
    let arrived = stored.len() as u64;
    match call.outcome {
        // The application was refused, for example for the size of its message.
        Some((_, false, _)) if stored.is_empty() => return 0,
        Some((ended, ..))
            if arrived < told && view.end().since(ended) < ON_THE_WAY && dropped(view, call.at) == 0 =>
        {
            return told;
        }
        None => return told,
        _ => {}
    }
    if arrived < told {
        tally.bad(call.at, format!("{arrived} of the {told} messages that were sent here arrived"));
        return told;
    }
    let every = call.span("every").filter(|_| told > 1);
    if let (Some(every), Some(first), Some(last)) = (every, stored.first(), stored.last()) {
        let due = every.as_secs_f64() * (told - 1) as f64;
        let took = last.since(*first).as_secs_f64();
        if !RATE.contains(&(took / due)) {
            tally.bad(*last, format!("{told} messages took {took:.0} s instead of {due:.0} s"));
            return told;
        }
    }
    let last = stored.last().copied().unwrap_or(call.at);
    tally.good(last, format!("{arrived} messages arrived, {told} were sent"));
    told
}

/// Messages that the device itself says are not confirmed.
fn dropped(view: &View<'_>, since: At) -> usize {
    view.device_events()
        .filter(|(at, event)| {
            *at > since && matches!(event, DeviceEvent::TelemetrySent { confirmed: false, .. })
        })
        .count()
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::CloudEvent;
    use serde_json::json;

    use crate::Verdict;
    use crate::testing::Story;

    fn stored(story: &mut Story) {
        story.event(CloudEvent::Telemetry {
            device: "nano-01".into(),
            properties: json!({}),
            system: json!({}),
            body: json!({ "n": 1 }),
            qos: 1,
        });
    }

    /// Five messages are told, one each 10 s; these come at these times.
    fn arrives(seconds: &[f64]) -> Story {
        let mut story = Story::new();
        story.at(1.0).action("telemetry.send", json!({ "count": 5, "every": 10_000_000 }));
        for second in seconds {
            story.at(*second);
            stored(&mut story);
        }
        story
            .at(100.0)
            .outcome("telemetry.send", true, json!({ "sent": 5 }))
            .at(200.0)
            .hub_status("Connected", "ok");
        story
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

    #[test]
    fn fewer_messages_than_needed_are_inconclusive() {
        let mut story = arrives(&[1.0, 11.0, 21.0, 31.0, 41.0]);
        story.parameter("messages", 6);
        story.expect("HUB-D2C-01", Verdict::Inconclusive);
        Story::new().expect("HUB-D2C-01", Verdict::Inconclusive);
    }
}
