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
        let Some((accepted, connect)) = connection.accepted().zip(connection.connect()) else { continue };
        let period = match connect.1.keep_alive {
            // Without a Keep Alive nothing is ever found: the hub's own limit stands in for it.
            0 => Duration::from_secs(60),
            seconds => Duration::from_secs(seconds.into()),
        };
        judge_connection(view, connection, accepted, period, &mut tally);
    }
    tally.finish(
        "the dead peer was found although the device kept publishing",
        "publishing kept the device from finding a dead peer",
        "no server fell silent under a device that kept publishing",
    )
}

/// Judges each silence of the server under a device that publishes all the while.
fn judge_connection(
    view: &View<'_>,
    connection: &Connection<'_>,
    accepted: At,
    period: Duration,
    tally: &mut Tally,
) {
    // A period may pass before the device wonders, then it waits for the answer.
    let latest = period + period.mul_f64(view.number("pingresp_timeout")) + ON_THE_WAY;
    let heard: Vec<At> =
        connection.to_device().map(|packet| packet.at).filter(|at| *at >= accepted).collect();
    let over = connection.ended(view.end());
    for (index, from) in heard.iter().enumerate() {
        let until = heard.get(index + 1).copied().unwrap_or(over);
        let silent = until.since(*from);
        let published = published_within(connection, *from, until, period);
        if published == 0 || view.cut_off(connection, from.time, until.time) {
            continue;
        }
        let is_last = index + 1 == heard.len();
        if silent > latest {
            let text = format!(
                "published {published} messages into {:.0} s of silence, the Keep Alive is {} s",
                silent.as_secs_f64(),
                period.as_secs()
            );
            tally.bad(until, text);
        } else if let Some(closed) = connection.closed_by_device()
            && is_last
            && connection.disconnect().is_none()
            && silent >= period / 2
        {
            let text =
                format!("closed after {:.1} s of silence and {published} messages", silent.as_secs_f64());
            tally.good(closed, text);
        }
    }
}

/// Messages in a silence, when there were so many that the device never had to ping for its own silence; else none.
fn published_within(connection: &Connection<'_>, from: At, until: At, period: Duration) -> usize {
    let published: Vec<At> =
        connection.published().map(|(at, _)| at).filter(|at| *at > from && *at <= until).collect();
    let dense = published.windows(2).all(|pair| pair[1].since(pair[0]) < period);
    let (Some(first), Some(last)) = (published.first(), published.last()) else { return 0 };
    let covers = first.since(from) < period && last.since(*first) >= period / 4;
    if published.len() >= 3 && dense && covers { published.len() } else { 0 }
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
