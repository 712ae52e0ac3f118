//! What a device does with a packet that breaks the standard, shared by the MQTT-MAL checks.

use std::time::Duration;

use nanorig_trace::event::DeviceEvent;
use nanorig_wire::mqtt::{DecodeError, PacketType};

use crate::view::{At, Connection};
use crate::{Finding, Tally, View};

/// A device reads its socket more often than this.
const CLOSES_WITHIN: Duration = Duration::from_secs(10);

/// Judges each packet of a server that is malformed in one of these ways: the device closes the connection,
/// does not use it any more, does not fall over, and comes back.
pub(super) fn judge(view: &View<'_>, is_mine: fn(&DecodeError) -> bool) -> Finding {
    let mut tally = Tally::default();
    for connection in view.connections() {
        // A device that skips such packets gets several on one connection.
        let first = connection.to_device().find_map(|packet| match &packet.mqtt {
            Some(Err(error)) if is_mine(error) => Some((packet.at, error)),
            _ => None,
        });
        if let Some((at, error)) = first {
            judge_packet(view, connection, at, error, &mut tally);
        }
    }
    tally.finish(
        "the connection was closed, and a new one made where there was time",
        "a malformed packet was not handled as it should be",
        "no server sent such a packet",
    )
}

fn judge_packet(
    view: &View<'_>,
    connection: &Connection<'_>,
    at: At,
    error: &DecodeError,
    tally: &mut Tally,
) {
    let deadline = at.time + CLOSES_WITHIN;
    if let Some((crashed, how)) = view.crash_between(at, deadline) {
        return tally.bad(crashed, format!("{how}, after: {error}"));
    }
    let reached = view.device_events().find(|(when, event)| {
        *when > at
            && when.time <= deadline
            && matches!(event, DeviceEvent::Message { .. } | DeviceEvent::C2d { .. })
    });
    if let Some((when, _)) =
        reached.filter(|(when, _)| connection.delivered().all(|(came, _)| came > *when || came < at))
    {
        return tally.bad(when, format!("the application got a message out of this: {error}"));
    }
    let last = connection.closed_by_device().map_or(connection.ended(view.end()), |closed| closed);
    if last.time > deadline {
        let used = connection
            .from_device()
            .find(|packet| packet.at.time > deadline && packet.packet_type() != Some(PacketType::Disconnect));
        let (when, text) = match used {
            Some(packet) => (packet.at, "the connection is still used"),
            None => (at, "the connection stayed open"),
        };
        return tally.bad(when, format!("{text} after: {error}"));
    }
    let Some(closed) = connection.closed_by_device() else { return };
    tally.good(closed, format!("closed after: {error}"));
    let back = view.next_accepted(connection.service, closed);
    if back.is_none() && view.end().since(closed) > view.duration("cap") {
        tally.bad(closed, "no new session was made after this");
    }
}

#[cfg(test)]
pub(super) mod tests {
    use nanorig_trace::event::{CloseHow, ConnId, DeviceEvent, Direction, Party};

    use crate::Verdict;
    use crate::testing::Story;

    fn hit_by(bytes: &[u8]) -> (Story, ConnId) {
        let mut story = Story::new();
        let conn = story.at(10.0).session(false);
        story.at(20.0).raw(conn, Direction::ToDevice, bytes);
        (story, conn)
    }

    /// Bytes that the check must take for its own: closing passes, everything else fails.
    pub(in crate::mqtt) fn calibrate(id: &str, bytes: &[u8]) {
        let (mut story, conn) = hit_by(bytes);
        story.at(20.1).close(conn, Party::Device, CloseHow::Fin).at(30.0).session(true);
        story.expect(id, Verdict::Pass);
        let (mut story, conn) = hit_by(bytes);
        story.at(25.0).telemetry(conn, 1, "{}").puback(conn, 1).at(31.0).telemetry(conn, 2, "{}");
        story.expect(id, Verdict::Fail);
        let (mut story, conn) = hit_by(bytes);
        story.at(20.1).event(DeviceEvent::Fault { message: "index out of range".into() });
        story.close(conn, Party::Device, CloseHow::Reset);
        story.expect(id, Verdict::Fail);
        let (mut story, conn) = hit_by(bytes);
        story.at(20.1).close(conn, Party::Device, CloseHow::Fin).at(621.0).hub_status("Failed", "protocol");
        story.expect(id, Verdict::Fail);
        let (mut story, conn) = hit_by(bytes);
        story.at(20.1).boot("watchdog").close(conn, Party::Device, CloseHow::Reset);
        story.expect(id, Verdict::Fail);
    }

    /// Bytes that another check is for.
    pub(in crate::mqtt) fn ignores(id: &str, bytes: &[u8]) {
        let (mut story, conn) = hit_by(bytes);
        story.at(40.0).telemetry(conn, 1, "{}");
        story.expect(id, Verdict::Inconclusive);
    }
}
