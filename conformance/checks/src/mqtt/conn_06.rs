//! MQTT-CONN-06: a CONNACK that never comes is not waited for for ever.

use std::time::Duration;

use crate::view::Connection;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "MQTT-CONN-06", always: false, judge };

/// Coming back sooner is no back-off.
const LEAST_DELAY: Duration = Duration::from_secs(1);

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for connection in view.connections() {
        judge_connection(view, connection, &mut tally);
    }
    tally.finish(
        "connections without CONNACK were closed in time and tried again later",
        "a connection without CONNACK was not given up as it should be",
        "every CONNECT was answered",
    )
}

fn judge_connection(view: &View<'_>, connection: &Connection<'_>, tally: &mut Tally) {
    let limit = view.duration("connack_timeout");
    let Some((asked, _)) = connection.connect() else { return };
    // Whoever got an answer, of whatever kind, is judged elsewhere.
    if connection.to_device().next().is_some() {
        return;
    }
    match connection.closed {
        // The server or the link cut it before the device had to.
        Some(_) if connection.closed_by_device().is_none() => {}
        Some(closed) if closed.at.since(asked) > limit => {
            let waited = closed.at.since(asked).as_secs_f64();
            tally.bad(
                closed.at,
                format!("connection {} was closed {waited:.1} s after CONNECT", connection.id),
            );
        }
        Some(closed) => {
            let next = view.connections_to(connection.service).find(|next| next.opened > closed.at);
            let told = |at| view.told_between(closed.at, at);
            match next {
                Some(next) if next.opened.since(closed.at) < LEAST_DELAY && !told(next.opened) => {
                    tally.bad(
                        next.opened,
                        format!("tried again {:?} after giving up", next.opened.since(closed.at)),
                    );
                }
                _ => {
                    let waited = closed.at.since(asked).as_secs_f64();
                    tally.good(
                        closed.at,
                        format!("connection {} was given up after {waited:.1} s", connection.id),
                    );
                }
            }
        }
        None if view.end().since(asked) > limit => {
            tally.bad(asked, format!("this CONNECT is still waited for {} s later", limit.as_secs()));
        }
        None => {}
    }
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::{CloseHow, Party};
    use nanorig_wire::mqtt::Packet;

    use crate::Verdict;
    use crate::testing::{Story, hub_connect};

    fn given_up_at(second: f64) -> Story {
        let mut story = Story::new();
        let conn = story.at(10.0).secure("hub");
        story.sends(conn, &Packet::Connect(hub_connect()));
        story.at(second).close(conn, Party::Device, CloseHow::Fin);
        story
    }

    #[test]
    fn giving_up_in_time_passes_and_later_fails() {
        given_up_at(69.9).expect("MQTT-CONN-06", Verdict::Pass);
        given_up_at(70.1).expect("MQTT-CONN-06", Verdict::Fail);
    }

    #[test]
    fn coming_back_at_once_fails() {
        let mut story = given_up_at(40.0);
        story.at(40.5).secure("hub");
        story.expect("MQTT-CONN-06", Verdict::Fail);
    }

    #[test]
    fn waiting_for_ever_fails() {
        let mut story = Story::new();
        let conn = story.at(10.0).secure("hub");
        story.sends(conn, &Packet::Connect(hub_connect())).at(90.0).hub_status("Connecting", "ok");
        story.expect("MQTT-CONN-06", Verdict::Fail);
    }

    #[test]
    fn an_answer_is_inconclusive() {
        let mut story = Story::new();
        story.at(10.0).session(false);
        story.at(900.0).hub_status("Connected", "ok");
        story.expect("MQTT-CONN-06", Verdict::Inconclusive);
    }
}
