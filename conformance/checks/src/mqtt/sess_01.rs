//! MQTT-SESS-01: a resumed session carries on as it was.

use std::time::Duration;

use nanorig_wire::mqtt::{Packet, QoS};

use crate::view::Connection;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "MQTT-SESS-01", always: false, judge };

/// What the server had stored comes right after CONNACK.
const STORED_COMES_WITHIN: Duration = Duration::from_secs(10);

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for connection in view.connections() {
        let clean = connection.connect().is_none_or(|(_, connect)| connect.clean_session);
        if !clean && connection.session_present() {
            judge_session(view, connection, &mut tally);
        }
    }
    tally.finish(
        "stored messages were handled in resumed sessions",
        "a resumed session was not carried on",
        "no session was resumed with a stored message",
    )
}

fn judge_session(view: &View<'_>, connection: &Connection<'_>, tally: &mut Tally) {
    let limit = view.duration("ack_timeout");
    let Some(resumed) = connection.accepted() else { return };
    let subscribed =
        connection.sent().find(|(_, packet)| matches!(packet, Packet::Subscribe(_))).map(|(at, _)| at);
    let stored = connection
        .delivered()
        .filter(|(at, publish)| publish.qos == QoS::AtLeastOnce && at.since(resumed) <= STORED_COMES_WITHIN);
    let mut seen = false;
    for (at, publish) in stored {
        seen = true;
        let id = publish.id.map_or(0, nanorig_wire::mqtt::PacketId::get);
        match connection.pubacks_sent().find(|(when, id)| *when > at && Some(*id) == publish.id) {
            Some((when, _)) if when.since(at) <= limit => {
                tally.good(when, format!("stored message {id} was acknowledged"))
            }
            Some((when, _)) => tally.bad(when, format!("stored message {id} was acknowledged late")),
            None if connection.lasts(at, limit, view.end())
                && !view.cut_off(connection, at.time, at.time + limit) =>
            {
                tally.bad(at, format!("stored message {id} was not acknowledged"));
            }
            None => {}
        }
    }
    if let Some(at) = subscribed.filter(|_| seen) {
        tally.doubtful(
            at,
            format!("connection {} subscribed again although its session was there", connection.id),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::Verdict;
    use crate::testing::{FILTERS, Story};

    fn resumed() -> (Story, nanorig_trace::event::ConnId) {
        let mut story = Story::new();
        let conn = story.at(1.0).subscribed_session();
        story.at(2.0).leaves(conn);
        let conn = story.at(10.0).session(true);
        story.delivers(conn, "devices/nano-01/messages/devicebound/", "x", Some(1));
        (story, conn)
    }

    #[test]
    fn acknowledging_what_was_stored_passes() {
        let (mut story, conn) = resumed();
        story.acks(conn, 1).at(60.0).leaves(conn);
        story.expect("MQTT-SESS-01", Verdict::Pass);
    }

    #[test]
    fn subscribing_again_is_a_warning() {
        let (mut story, conn) = resumed();
        story.acks(conn, 1).subscribe(conn, 1, FILTERS);
        story.expect("MQTT-SESS-01", Verdict::PassWithWarning);
    }

    #[test]
    fn ignoring_what_was_stored_fails() {
        let (mut story, conn) = resumed();
        story.at(60.0).leaves(conn);
        story.expect("MQTT-SESS-01", Verdict::Fail);
    }

    #[test]
    fn a_new_session_is_inconclusive() {
        let mut story = Story::new();
        story.at(1.0).subscribed_session();
        story.expect("MQTT-SESS-01", Verdict::Inconclusive);
    }
}
