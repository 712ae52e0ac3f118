//! Why the device ended a connection, as far as the trace has it on record.

use std::time::Duration;

use nanorig_trace::event::DeviceEvent;

use super::{At, Connection, View};

/// What ends within this time of something may have ended for it; what goes on longer did not.
pub(crate) const HARMS_WITHIN: Duration = Duration::from_secs(10);
/// A device has met what the server spoiled by then, be its link ever so slow.
const ACTS_WITHIN: Duration = Duration::from_secs(30);

impl View<'_> {
    /// When the device ended the connection soon after one of `met`, without a DISCONNECT and with no other reason on
    /// record: then what it met is taken for the reason.
    pub(crate) fn closed_over(
        &self,
        connection: &Connection<'_>,
        met: impl IntoIterator<Item = At>,
    ) -> Option<At> {
        let closed = connection.closed_by_device().filter(|_| connection.disconnect().is_none())?;
        let first = met.into_iter().find(|at| *at < closed && closed.since(*at) < HARMS_WITHIN)?;
        (!self.has_cause(connection, first, closed)).then_some(closed)
    }

    /// True when the trace has a reason of its own for the end: the operator's wish, a lost link, a record or a packet
    /// that no device takes, a message that is too large for this one.
    fn has_cause(&self, connection: &Connection<'_>, from: At, closed: At) -> bool {
        self.told_to_leave(connection, closed)
            || self.cut_off(connection, from.time, closed.time)
            || is_spoiled(connection, closed)
            || self.is_overfilled(connection, closed)
    }

    /// True when something that came just before was too large for the device: by its size, or by the device's word.
    fn is_overfilled(&self, connection: &Connection<'_>, closed: At) -> bool {
        let big = self.number("big");
        let large = connection
            .delivered()
            .any(|(at, publish)| is_just_before(at, closed) && publish.payload.len() as f64 >= big);
        let of_this = |host: &str| connection.sni().is_none_or(|sni| sni == host);
        let too_large = |error: &str| matches!(error, "record-too-large" | "out-of-memory");
        let said = self.device_events().any(|(at, event)| {
            at > connection.opened
                && is_just_before(at, closed)
                && matches!(event, DeviceEvent::TlsFailed { host, error, .. } if of_this(host) && too_large(error))
        });
        large || said
    }
}

/// True when the server sent a record or a packet, just before, that a device must not take.
fn is_spoiled(connection: &Connection<'_>, closed: At) -> bool {
    let record = |what: &str| matches!(what, "corrupt-record" | "oversized-record");
    let mut oddities = connection.tls_oddities.iter();
    let mut packets = connection.to_device();
    oddities.any(|oddity| is_just_before(oddity.at, closed) && record(oddity.what))
        || packets.any(|packet| is_just_before(packet.at, closed) && matches!(packet.mqtt, Some(Err(_))))
}

fn is_just_before(at: At, closed: At) -> bool {
    at < closed && closed.since(at) <= ACTS_WITHIN
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::{CloseHow, ConnId, Direction, Party};
    use serde_json::json;

    use super::super::{At, View};
    use crate::testing::Story;

    /// Something is met at 20 s, then comes what `cause` tells, and the device closes at 23 s.
    fn is_blamed(cause: impl Fn(&mut Story, ConnId) -> &mut Story) -> bool {
        let mut story = Story::new();
        let conn = story.at(1.0).session(false);
        story.at(20.0).delivers(conn, "x", "x", None);
        let record = story.trace().records.len() - 1;
        let met = At { record, time: story.trace().records[record].at };
        cause(story.at(21.0), conn);
        story.at(23.0).close(conn, Party::Device, CloseHow::Fin);
        let view = View::new(story.trace());
        view.closed_over(&view.connections()[0], [met]).is_some()
    }

    #[test]
    fn an_end_without_another_cause_is_for_what_was_met() {
        assert!(is_blamed(|story, _| story));
        assert!(is_blamed(|story, conn| story.tls_oddity(conn, "small-records")));
        assert!(is_blamed(|story, _| story.device_tls_failed("protocol")));
    }

    #[test]
    fn a_recorded_cause_takes_the_blame() {
        for what in ["corrupt-record", "oversized-record"] {
            assert!(!is_blamed(|story, conn| story.tls_oddity(conn, what)), "{what}");
        }
        for error in ["record-too-large", "out-of-memory"] {
            assert!(!is_blamed(|story, _| story.device_tls_failed(error)), "{error}");
        }
        assert!(!is_blamed(|story, conn| story.raw(conn, Direction::ToDevice, &[0, 0])));
        assert!(!is_blamed(|story, conn| story.delivers(conn, "x", &"x".repeat(262_144), None)));
        assert!(!is_blamed(|story, _| story.action("hub.close", json!({}))));
    }
}
