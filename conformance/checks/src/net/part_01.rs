//! NET-PART-01: a link that goes silent is noticed, and the device comes back.

use nanorig_trace::Time;
use nanorig_trace::event::DeviceEvent;

use crate::view::{At, Connection};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "NET-PART-01", always: false, judge };

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for (from, until) in view.partitions() {
        for connection in view.connections_to("hub").filter(|connection| connection.is_live(from)) {
            judge_partition(view, connection, from, until, &mut tally);
        }
    }
    tally.finish(
        "the silence was noticed in time and the device came back",
        "the silence was not noticed in time, or the device did not come back",
        "the link never went silent for long enough under a session",
    )
}

fn judge_partition(
    view: &View<'_>,
    connection: &Connection<'_>,
    from: At,
    until: Option<Time>,
    tally: &mut Tally,
) {
    let Some(period) = connection.keep_alive() else {
        return tally.bad(from, "the Keep Alive is off: nothing can notice the silence");
    };
    let limit = period.mul_f64(1.5) + view.duration("slack");
    let over = until.unwrap_or(view.end().time).min(view.end().time);
    match noticed(view, connection, from) {
        Some(at) if at.since(from) <= limit => {
            tally.good(
                at,
                format!(
                    "noticed after {:.1} s, the Keep Alive is {} s",
                    at.since(from).as_secs_f64(),
                    period.as_secs()
                ),
            );
            judge_return(view, connection, at, over, tally);
        }
        // A session may live on when the silence was short.
        _ if over.since(from.time) <= limit => {}
        Some(at) => tally.bad(at, format!("noticed only after {:.1} s", at.since(from).as_secs_f64())),
        None => tally.bad(from, format!("not noticed within {:.0} s", limit.as_secs_f64())),
    }
}

/// The first sign of the device that it knows.
fn noticed(view: &View<'_>, connection: &Connection<'_>, from: At) -> Option<At> {
    let said = view.device_events().find(|(at, event)| {
        *at > from
            && match event {
                DeviceEvent::Status { client, status, .. } => client == "hub" && status != "Connected",
                DeviceEvent::Retry { client, .. } => client == "hub",
                _ => false,
            }
    });
    let tried = view.attempts("hub").iter().map(|attempt| attempt.at).find(|at| *at > from);
    let closed = connection.closed_by_device().filter(|at| *at > from);
    said.map(|(at, _)| at).into_iter().chain(tried).chain(closed).min()
}

fn judge_return(view: &View<'_>, connection: &Connection<'_>, noticed: At, over: Time, tally: &mut Tally) {
    let cap = view.duration("cap");
    let back = view.next_accepted("hub", noticed).filter(|next| next.id != connection.id);
    let from = noticed.time.max(over);
    match back.and_then(|next| next.accepted()) {
        Some(at) if at.time.since(from) <= cap => tally.good(at, "connected again"),
        Some(at) => tally.bad(
            at,
            format!("connected again only {:.0} s after the silence", at.time.since(from).as_secs_f64()),
        ),
        None if view.end().time.since(from) > cap => tally.bad(noticed, "did not connect again after this"),
        None => {}
    }
}

#[cfg(test)]
mod tests {
    use crate::Verdict;
    use crate::testing::Story;
    use nanorig_trace::event::NetworkEvent;

    /// Silence from 100 s to 400 s under a Keep Alive of 60 s.
    fn silent() -> Story {
        let mut story = Story::new();
        story.at(10.0).session(false);
        story.at(100.0).event(NetworkEvent::Link { fault: "partition".into(), on: true });
        story
    }

    fn heals(story: &mut Story, second: f64) {
        story.at(second).event(NetworkEvent::Link { fault: "partition".into(), on: false });
    }

    #[test]
    fn noticing_in_time_and_coming_back_passes() {
        for (second, verdict) in [(194.9, Verdict::Pass), (195.1, Verdict::Fail)] {
            let mut story = silent();
            story.at(second).hub_status("Disconnected", "timeout");
            heals(&mut story, 400.0);
            story.at(410.0).session(true);
            story.expect("NET-PART-01", verdict);
        }
    }

    #[test]
    fn never_noticing_and_never_coming_back_fail() {
        let mut story = silent();
        heals(&mut story, 400.0);
        story.at(500.0).hub_status("Connected", "ok");
        story.expect("NET-PART-01", Verdict::Fail);
        let mut story = silent();
        story.at(180.0).hub_status("Disconnected", "timeout");
        heals(&mut story, 400.0);
        story.at(1_001.0).hub_status("Disconnected", "timeout");
        story.expect("NET-PART-01", Verdict::Fail);
    }

    #[test]
    fn a_short_silence_is_inconclusive() {
        let mut story = silent();
        heals(&mut story, 150.0);
        story.at(500.0).hub_status("Connected", "ok");
        story.expect("NET-PART-01", Verdict::Inconclusive);
    }
}
