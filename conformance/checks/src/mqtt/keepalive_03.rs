//! MQTT-KEEPALIVE-03: a dead peer is found although the device keeps publishing.

use std::time::Duration;

use crate::view::{At, Connection};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "MQTT-KEEPALIVE-03", always: false, judge };

/// The FIN needs its time, too.
const ON_THE_WAY: Duration = Duration::from_secs(2);

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for connection in view.connections() {
        let Some(period) = connection.keep_alive().filter(|_| connection.accepted().is_some()) else {
            continue;
        };
        judge_connection(view, connection, period, &mut tally);
    }
    tally.finish(
        "the dead peer was found although the device kept publishing",
        "publishing kept the device from finding a dead peer",
        "no server fell silent under a device that kept publishing",
    )
}

fn judge_connection(view: &View<'_>, connection: &Connection<'_>, period: Duration, tally: &mut Tally) {
    let limit = period.mul_f64(view.number("pingresp_timeout"));
    let Some(last_heard) = connection.to_device().last().map(|packet| packet.at) else { return };
    let over = connection.ended(view.end());
    let published: Vec<At> = connection.published().map(|(at, _)| at).filter(|at| *at > last_heard).collect();
    // Only a device that publishes more often than it would have to ping hides the silence from itself.
    let busy = published.len() >= 3
        && published.windows(2).all(|pair| pair[1].since(pair[0]) < period)
        && published.last().is_some_and(|last| last.since(last_heard) >= period / 2);
    let server_left = connection.closed.is_some() && connection.closed_by_device().is_none();
    if !busy || server_left || connection.disconnect().is_some() {
        return;
    }
    // A period may pass before the device wonders, then it waits for the answer.
    let latest = period + limit + ON_THE_WAY;
    let silent = over.since(last_heard);
    if silent > latest {
        let text = format!(
            "published into silence for {:.0} s, the Keep Alive is {} s",
            silent.as_secs_f64(),
            period.as_secs()
        );
        tally.bad(published.last().copied().unwrap_or(last_heard), text);
    } else if let Some(closed) = connection.closed_by_device() {
        let text =
            format!("closed after {:.1} s of silence and {} messages", silent.as_secs_f64(), published.len());
        tally.good(closed, text);
    }
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::{CloseHow, Party};

    use crate::Verdict;
    use crate::testing::Story;

    /// Publishes each 10 s into silence and closes at the end.
    fn publishes_until(second: u16) -> Story {
        let mut story = Story::new();
        let conn = story.at(10.0).session(false);
        for number in 1..second / 10 {
            story.at(10.0 + f64::from(number) * 10.0).telemetry(conn, number, "{}");
        }
        story.at(f64::from(second) + 1.0).close(conn, Party::Device, CloseHow::Fin);
        story
    }

    #[test]
    fn closing_within_the_limit_passes_and_later_fails() {
        publishes_until(160).expect("MQTT-KEEPALIVE-03", Verdict::Pass);
        publishes_until(170).expect("MQTT-KEEPALIVE-03", Verdict::Fail);
    }

    #[test]
    fn a_server_that_answers_is_inconclusive() {
        let mut story = Story::new();
        let conn = story.at(10.0).session(false);
        for number in 1..30_u16 {
            story.at(10.0 + f64::from(number) * 10.0).telemetry(conn, number, "{}").puback(conn, number);
        }
        story.expect("MQTT-KEEPALIVE-03", Verdict::Inconclusive);
    }
}
