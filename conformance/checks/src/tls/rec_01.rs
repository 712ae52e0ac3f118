//! TLS-REC-01: a record of 2^14 octets is taken.

use nanorig_trace::event::DeviceEvent;
use nanorig_wire::mqtt::{Packet, Publish, QoS};

use crate::view::{At, Connection};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "TLS-REC-01", always: false, judge };

/// Longest plaintext of a record (RFC 5246 6.2.1).
const FULL_RECORD: usize = 1 << 14;

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    let mut smaller_agreed = None;
    for connection in view.connections().iter().filter(|connection| connection.tls.is_some()) {
        let wanted =
            connection.client_hello().and_then(|(at, hello)| Some((at, hello.wanted_record_bytes()?)));
        if let Some((at, wanted)) = wanted.filter(|(_, wanted)| *wanted < FULL_RECORD) {
            smaller_agreed = Some((at, wanted));
        }
        for packet in connection.to_device().filter(|packet| packet.bytes.len() >= FULL_RECORD) {
            if let Some((at, Packet::Publish(publish))) = packet.decoded()
                && publish.qos == QoS::AtLeastOnce
            {
                judge_message(view, connection, at, publish, &mut tally);
            }
        }
    }
    if let (true, Some((at, wanted))) = (tally.is_empty(), smaller_agreed) {
        return Finding::not_applicable(format!("the device asks for records of at most {wanted} octets"))
            .with(at, "the ClientHello asks for smaller records");
    }
    tally.finish(
        "messages that fill a record were taken and acknowledged",
        "a message that fills a record was lost",
        "no message of QoS 1 filled a record of 16384 octets",
    )
}

fn judge_message(view: &View<'_>, connection: &Connection<'_>, at: At, publish: &Publish, tally: &mut Tally) {
    let limit = view.duration("ack_timeout");
    let acknowledged = connection.sent().find(|(later, packet)| {
        *later > at && matches!(packet, Packet::PubAck(id) if Some(*id) == publish.id)
    });
    let bytes = publish.payload.len();
    match acknowledged {
        Some((later, _)) if later.since(at) <= limit => {
            if let Some(changed) = delivered_otherwise(view, at, publish) {
                tally.bad(
                    changed,
                    format!("other octets reach the application than the {bytes} that were sent"),
                );
            } else {
                tally.good(later, format!("a message of {bytes} octets is acknowledged"));
            }
        }
        Some((later, _)) => {
            tally.bad(later, format!("acknowledged {:.1} s late", later.since(at).as_secs_f64()))
        }
        None => match connection.closed {
            Some(closed) => {
                tally.bad(closed.at, format!("the connection ends after a message of {bytes} octets"))
            }
            None if view.end().since(at) > limit => tally.bad(at, "this message is not acknowledged"),
            None => {}
        },
    }
}

/// The message as the application got it, when it is not what was sent.
fn delivered_otherwise(view: &View<'_>, at: At, publish: &Publish) -> Option<At> {
    let (delivered, body) = view.device_events().find_map(|(later, event)| match event {
        DeviceEvent::C2d { body, .. } | DeviceEvent::Message { body, .. } if later > at => {
            Some((later, body))
        }
        _ => None,
    })?;
    (!body.is(&publish.payload)).then_some(delivered)
}
