//! MQTT-FRAG-01: packets may be split and merged by the stream in any way.
//!
//! The trace has whole packets, so only the harness knows in which pieces they were written.

use std::time::Duration;

use nanorig_trace::Time;
use nanorig_wire::mqtt::{Packet, QoS};

use crate::view::{At, Connection, HarnessCall, WirePacket};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "MQTT-FRAG-01", always: false, judge };

/// Pause after each write, when the scenario does not say.
const PAUSE: Duration = Duration::from_millis(20);

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    let mut met = false;
    for pieces in all_pieces(view) {
        for connection in view.connections().iter().filter(|connection| pieces.meets(connection)) {
            met |= judge_connection(view, connection, &pieces, &mut tally);
        }
    }
    tally.finish(
        "packets were taken in whatever pieces they came",
        "packets that came in pieces, or several at once, were not taken as they are",
        if met {
            "nothing shows what became of the packets that came in pieces, or several at once"
        } else {
            "no packet came in pieces, and no two at once"
        },
    )
}

/// A time in which a server writes its packets in unusual pieces.
struct Pieces<'v> {
    from: At,
    until: Time,
    form: Form,
    service: Option<&'v str>,
    client: Option<&'v str>,
}

enum Form {
    Split { chunk: usize, pause: Duration },
    Merged,
}

fn all_pieces<'v>(view: &'v View<'_>) -> Vec<Pieces<'v>> {
    let stimuli = view.calls().iter().filter(|call| call.hand == "cloud");
    stimuli.filter_map(|call| pieces(view, call)).collect()
}

fn pieces<'v>(view: &'v View<'_>, call: &'v HarnessCall<'_>) -> Option<Pieces<'v>> {
    let form = match call.name {
        // The TLS handshake in pieces is another matter.
        "slow-bytes" if call.text("of").is_none_or(|of| of == "packets") => {
            let chunk = call.count("chunk").and_then(|chunk| usize::try_from(chunk).ok());
            Form::Split { chunk: chunk.unwrap_or(1).max(1), pause: call.span("pause").unwrap_or(PAUSE) }
        }
        "merge-writes" => Form::Merged,
        _ => return None,
    };
    let calm = view
        .calls_named("calm")
        .find(|calm| calm.at > call.at && calm.text("stimulus").is_none_or(|stimulus| stimulus == call.name));
    let calmed = calm.map_or(view.end().time, |calm| calm.at.time);
    let until = call.span("for").map_or(calmed, |span| calmed.min(call.at.time + span));
    let service = call.text("target").filter(|target| *target != "all");
    Some(Pieces { from: call.at, until, form, service, client: call.text("device") })
}

impl Pieces<'_> {
    fn meets(&self, connection: &Connection<'_>) -> bool {
        let own = || connection.connect().map(|(_, connect)| connect.client_id.as_str());
        self.service.is_none_or(|service| service == connection.service)
            && (self.client.is_none() || self.client == own())
    }

    /// Packets of the server that came in pieces, or several at once.
    fn packets<'c>(&self, connection: &'c Connection<'_>) -> Vec<&'c WirePacket<'c>> {
        let within = |at: At| at > self.from && at.time < self.until;
        let all: Vec<_> = connection.to_device().filter(|packet| within(packet.at)).collect();
        let is_one = |packet: &&WirePacket<'_>| match self.form {
            Form::Split { chunk, .. } => packet.bytes.len() > chunk,
            Form::Merged => all.iter().filter(|other| other.at.time == packet.at.time).count() > 1,
        };
        all.iter().copied().filter(is_one).collect()
    }

    /// How long it takes to write a packet.
    fn takes(&self, packet: &WirePacket<'_>) -> Duration {
        match self.form {
            Form::Split { chunk, pause } => {
                let writes = packet.bytes.len().div_ceil(chunk);
                pause.saturating_mul(u32::try_from(writes).unwrap_or(u32::MAX))
            }
            Form::Merged => Duration::ZERO,
        }
    }
}

/// True when packets of this connection came in pieces, or several at once.
fn judge_connection(
    view: &View<'_>,
    connection: &Connection<'_>,
    pieces: &Pieces<'_>,
    tally: &mut Tally,
) -> bool {
    let packets = pieces.packets(connection);
    let Some(last) = packets.last() else { return false };
    if let Some(closed) = ended_by(view, connection, &packets) {
        tally.bad(closed, format!("connection {} was closed over packets in pieces", connection.id));
        return true;
    }
    let limit = view.duration("ack_timeout");
    for (at, publish, answered) in connection.acknowledgements() {
        let Some(packet) = packets.iter().find(|packet| packet.at == at) else { continue };
        let due = at.time + pieces.takes(packet) + limit;
        let id = publish.id.map_or(0, nanorig_wire::mqtt::PacketId::get);
        match answered {
            Some(when) => tally.good(when, format!("message {id} on {} was taken", publish.topic)),
            None if connection.ended(view.end()).time >= due && !view.cut_off(connection, at.time, due) => {
                tally.bad(at, format!("message {id} on {} was not taken", publish.topic));
            }
            None => {}
        }
    }
    judge_answers(connection, &packets, last.at, tally);
    true
}

/// What the device says after a CONNACK or a SUBACK in pieces shows that it read it.
fn judge_answers(connection: &Connection<'_>, packets: &[&WirePacket<'_>], last: At, tally: &mut Tally) {
    let reads_on = packets
        .iter()
        .any(|packet| matches!(packet.decoded(), Some((_, Packet::ConnAck(_) | Packet::SubAck(_)))));
    let next = connection.sent().find(|(at, packet)| {
        *at > last && matches!(packet, Packet::Publish(publish) if publish.qos != QoS::AtMostOnce)
    });
    if let Some((at, _)) = next.filter(|_| reads_on) {
        tally.good(at, format!("connection {} works on after its packets in pieces", connection.id));
    }
}

/// When the device closed because of one of the packets.
fn ended_by(view: &View<'_>, connection: &Connection<'_>, packets: &[&WirePacket<'_>]) -> Option<At> {
    let closed = view.closed_over(connection, packets.iter().map(|packet| packet.at));
    closed.filter(|closed| !awaits_pingresp(connection, *closed))
}

/// A server that is slow to write may be late with its PINGRESP, and be given up for that.
fn awaits_pingresp(connection: &Connection<'_>, closed: At) -> bool {
    let asked = connection.sent().rfind(|(_, packet)| matches!(packet, Packet::PingReq));
    let answered = connection.received().rfind(|(_, packet)| matches!(packet, Packet::PingResp));
    asked.is_some_and(|(asked, _)| asked < closed && answered.is_none_or(|(answered, _)| answered < asked))
}

#[cfg(test)]
mod tests;
