//! The delays between attempts to connect, in series that belong together.

use std::time::Duration;

use crate::View;
use crate::view::{At, Attempt, LEAVES};

/// A delay and the attempt that ended it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Delay {
    /// When the next attempt came.
    pub(super) at: At,
    /// From the end of one attempt to the beginning of the next.
    pub(super) span: Duration,
    /// True when the attempt before had been accepted, and was cut.
    pub(super) after_session: bool,
}

/// Series of delays to `service`: each begins after a success that lasted, and none goes on over a start of the
/// device, an end that the device wanted, or a word of the operator.
pub(super) fn series(view: &View<'_>, service: &str) -> Vec<Vec<Delay>> {
    let stable = view.duration("stable_after");
    let attempts = view.attempts(service);
    let mut all: Vec<Vec<Delay>> = Vec::new();
    let mut current: Vec<Delay> = Vec::new();
    for pair in attempts.windows(2) {
        let (before, after) = (&pair[0], &pair[1]);
        // Another attempt while one is still open, such as at another address, is no repetition.
        let ended = before.ended.filter(|ended| *ended <= after.at);
        let own = before.connection.is_some_and(|connection| connection.disconnect().is_some());
        let told = ended
            .is_some_and(|ended| view.told_between(ended, after.at) || view.boots_between(ended, after.at));
        let lasted = before.connection.and_then(|connection| connection.session_length(view.end().time));
        if lasted.is_some_and(|lasted| lasted >= stable) || own || told || ended.is_none() {
            all.push(std::mem::take(&mut current));
        }
        if let Some(ended) = ended.filter(|_| !own && !told) {
            current.push(Delay {
                at: after.at,
                span: after.at.since(ended),
                after_session: before.accepted().is_some(),
            });
        }
    }
    all.push(current);
    all.retain(|series| !series.is_empty());
    all
}

/// True when the server or the network ended the session, not the device's plan.
pub(super) fn was_cut(attempt: &Attempt<'_, '_>) -> bool {
    attempt.accepted().is_some()
        && attempt.connection.is_some_and(|connection| connection.disconnect().is_none())
}

/// The end after which the device never tried again, although there was time and nobody told it to stop.
pub(super) fn gave_up(view: &View<'_>, service: &str) -> Option<At> {
    let attempts = view.attempts(service);
    let last = attempts.last()?;
    let ended = last.ended?;
    let own = last.connection.is_some_and(|connection| connection.disconnect().is_some());
    let quiet = view.end().since(ended) >= view.duration("cap");
    let told = view.calls().iter().any(|call| {
        call.hand == "device"
            && LEAVES.contains(&call.name)
            && (call.at > ended || ended.since(call.at) < PROMPT)
    });
    (quiet && !own && !told).then_some(ended)
}

/// An end this soon after a call is its effect.
const PROMPT: Duration = Duration::from_secs(1);

/// For people: `1.5, 3.2, 7.9`.
pub(super) fn listed(delays: &[Delay]) -> String {
    let texts: Vec<String> = delays.iter().map(|delay| format!("{:.1}", delay.span.as_secs_f64())).collect();
    texts.join(", ")
}

#[cfg(test)]
pub(super) mod tests {
    use nanorig_trace::event::{CloseHow, Party};
    use nanorig_wire::mqtt::Packet;

    use crate::testing::{Story, hub_connect};

    /// Attempts whose CONNACK never comes, given up after 30 s each; these delays lie between them.
    pub(in crate::recon) fn unanswered(delays: &[f64]) -> Story {
        let mut story = Story::new();
        let mut now = 1.0;
        for delay in delays.iter().chain([&0.0]) {
            let conn = story.at(now).secure("hub");
            story.sends(conn, &Packet::Connect(hub_connect()));
            story.at(now + 30.0).close(conn, Party::Device, CloseHow::Fin);
            now += 30.0 + delay;
        }
        story
    }

    /// Sessions that are cut after 2 s; these delays lie between them.
    pub(in crate::recon) fn cut(delays: &[f64]) -> Story {
        let mut story = Story::new();
        let mut now = 1.0;
        for delay in delays.iter().chain([&0.0]) {
            let conn = story.at(now).session(true);
            story.at(now + 2.0).cut(conn);
            now += 2.0 + delay;
        }
        story
    }
}
