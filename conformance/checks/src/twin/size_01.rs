//! TWIN-SIZE-01: a desired section of 32 KB is handled or cleanly refused.

use std::time::Duration;

use nanorig_trace::event::DeviceEvent;

use crate::view::{At, Connection, TwinAnswer, TwinOperation};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "TWIN-SIZE-01", always: false, judge };

/// Sections below this size are no matter of size.
const LARGE: usize = 8 * 1024;
/// IoT Hub's limit for a section.
const LARGEST: usize = 32 * 1024;
/// What becomes of a section is told by then.
const HANDLED_WITHIN: Duration = Duration::from_secs(60);

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    let mut largest = 0;
    for connection in view.connections_to("hub") {
        for request in connection.twin_requests() {
            let Some(answer) = request.answer.filter(|answer| answer.status == 200) else { continue };
            let size = match answer.desired() {
                Some(desired) if request.operation == TwinOperation::Get => desired.to_string().len(),
                _ => continue,
            };
            if size >= LARGE && judge_answer(view, connection, &answer, size, &mut tally) {
                largest = largest.max(size);
            }
        }
    }
    if !tally.is_empty() && !tally.has_bad() && largest < LARGEST {
        return Finding::inconclusive(format!(
            "the largest desired section that was read has {largest} bytes"
        ));
    }
    tally.finish(
        &format!("desired sections of up to {largest} bytes were applied or refused"),
        "a large desired section was too much for the device",
        "no desired section of 8 KB or more was read",
    )
}

/// True when it is known what became of the section.
fn judge_answer(
    view: &View<'_>,
    connection: &Connection<'_>,
    answer: &TwinAnswer<'_>,
    size: usize,
    tally: &mut Tally,
) -> bool {
    let (at, until) = (answer.at, answer.at.time + HANDLED_WITHIN);
    if let Some((when, crash)) = view.crash_between(at, until) {
        tally.bad(when, format!("{crash}, after a desired section of {size} bytes"));
        return true;
    }
    if let Some((when, what)) = outcome(view, answer) {
        tally.good(when, format!("a desired section of {size} bytes is {what}"));
        return true;
    }
    let watched =
        connection.lasts(at, HANDLED_WITHIN, view.end()) && !view.cut_off(connection, at.time, until);
    if watched && view.device_speaks() {
        tally.bad(at, format!("nothing comes of a desired section of {size} bytes"));
    }
    false
}

/// What the application learned of it.
fn outcome(view: &View<'_>, answer: &TwinAnswer<'_>) -> Option<(At, String)> {
    let (at, until) = (answer.at, answer.at.time + HANDLED_WITHIN);
    let in_time = |when: At| when > at && when.time <= until;
    let told =
        view.device_events_after(at).take_while(|(when, _)| in_time(*when)).find_map(|(when, event)| {
            match event {
                DeviceEvent::Desired { version, .. } if Some(*version) == answer.desired_version() => {
                    Some((when, "applied".to_owned()))
                }
                DeviceEvent::Status { status, reason, .. }
                    if status != "Connected" && reason == "out-of-resources" =>
                {
                    Some((when, format!("refused: {reason}")))
                }
                _ => None,
            }
        });
    told.or_else(|| {
        let calls = view.calls_named("twin.get").filter(|call| call.hand == "device" && call.at < at);
        let mut ends = calls.filter_map(|call| call.outcome).filter(|(when, ..)| in_time(*when));
        ends.find_map(|(when, read, fields)| {
            if read {
                return Some((when, "read".to_owned()));
            }
            let error = fields.get("error")?.as_str().filter(|error| *error != "timeout")?;
            Some((when, format!("refused: {error}")))
        })
    })
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::{ConnId, DeviceEvent};
    use serde_json::json;

    use crate::Verdict;
    use crate::testing::Story;

    const KB: usize = 1024;

    /// The device reads a desired section of this many bytes.
    fn reads(size: usize) -> (Story, ConnId) {
        let mut story = Story::new();
        let conn = story.at(1.0).subscribed_session();
        let frame = r#"{"$version":4,"a":""}"#.len();
        let text = "x".repeat(size - frame);
        let body = format!(r#"{{"desired":{{"$version":4,"a":"{text}"}},"reported":{{"$version":1}}}}"#);
        story.twin_get(conn, "1").twin_answer(conn, "1", 200, &body).at(2.0);
        (story, conn)
    }

    #[test]
    fn the_limits_come_in_pairs() {
        for (size, verdict) in [(32 * KB, Verdict::Pass), (32 * KB - 1, Verdict::Inconclusive)] {
            let (mut story, _) = reads(size);
            story.handles_desired(4, "full", true, json!({}));
            story.expect("TWIN-SIZE-01", verdict);
        }
        for (size, verdict) in [(8 * KB, Verdict::Fail), (8 * KB - 1, Verdict::Inconclusive)] {
            let (mut story, _) = reads(size);
            story.event(DeviceEvent::Fault { message: "overrun".into() });
            story.expect("TWIN-SIZE-01", verdict);
        }
    }

    #[test]
    fn a_clear_error_passes() {
        let mut story = Story::new();
        story.action("twin.get", json!({}));
        let conn = story.at(1.0).subscribed_session();
        let text = "x".repeat(33 * KB);
        let body = format!(r#"{{"desired":{{"$version":4,"a":"{text}"}},"reported":{{}}}}"#);
        story.twin_get(conn, "1").twin_answer(conn, "1", 200, &body).at(2.0);
        story.outcome("twin.get", false, json!({ "error": "too-large" }));
        story.expect("TWIN-SIZE-01", Verdict::Pass);
    }

    #[test]
    fn a_reset_and_silence_fail() {
        let (mut story, _) = reads(32 * KB);
        story.at(9.0).boot("watchdog");
        story.expect("TWIN-SIZE-01", Verdict::Fail);
        let (mut story, conn) = reads(32 * KB);
        story.hub_status("Connected", "ok").at(62.0).leaves(conn);
        story.expect("TWIN-SIZE-01", Verdict::Fail);
    }

    #[test]
    fn a_run_that_ends_at_once_and_small_twins_are_inconclusive() {
        let (mut story, _) = reads(32 * KB);
        story.hub_status("Connected", "ok");
        story.expect("TWIN-SIZE-01", Verdict::Inconclusive);
        let mut story = Story::new();
        let conn = story.at(1.0).subscribed_session();
        story.reads_twin(conn, "1", 4).at(99.0).leaves(conn);
        story.expect("TWIN-SIZE-01", Verdict::Inconclusive);
    }
}
