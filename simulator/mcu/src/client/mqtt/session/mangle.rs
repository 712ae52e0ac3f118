//! Turns packets into bytes; for some quirks, into bytes that break the rules and that the codec
//! rightly cannot write.

use nanorig_wire::mqtt::{Packet, PacketId, QoS};

use crate::habits::{ConnectForm, MqttHabits, PacketIds, SubscribeForm, WillForm};

const DUP: u8 = 0b1000;
/// Offset of the flags in a CONNECT of MQTT 3.1.1 whose remaining length has one byte: fixed header 2,
/// protocol name 6, level 1.
const CONNECT_FLAGS: usize = 7;

/// The packet's bytes. A packet without a layout gives none; the session has checked before.
pub(super) fn bytes(packet: &Packet, habits: &MqttHabits) -> Vec<u8> {
    let mut bytes = Vec::new();
    if packet.encode(&mut bytes).is_err() {
        return Vec::new();
    }
    match packet {
        Packet::Connect(connect) => {
            let flags = variable_header(&bytes) + CONNECT_FLAGS;
            match habits.connect {
                ConnectForm::ReservedFlag => bytes[flags] |= 0b0000_0001,
                ConnectForm::PasswordWithoutUserName => bytes[flags] &= 0b0111_1111,
                ConnectForm::Exact | ConnectForm::Twice | ConnectForm::EmptyIdKeepsSession => {}
            }
            if habits.will == WillForm::WithoutFlag && connect.will.is_some() {
                bytes[flags] &= 0b1100_0011;
            }
        }
        Packet::Publish(publish) if publish.qos == QoS::AtMostOnce && habits.dup_on_qos0 => bytes[0] |= DUP,
        Packet::PubRel(_) if habits.dup_on_pubrel => bytes[0] |= DUP,
        Packet::Subscribe(_) | Packet::Unsubscribe(_) if habits.subscribe == SubscribeForm::ZeroFlags => {
            bytes[0] &= 0xf0;
        }
        _ => {}
    }
    if habits.packet_ids == PacketIds::StartsAtZero && packet.packet_id() == Some(PacketId::FIRST) {
        let topic = match packet {
            Packet::Publish(publish) => Some(2 + publish.topic.len()),
            Packet::Subscribe(_) | Packet::Unsubscribe(_) => Some(0),
            _ => None, // Belongs to an identifier of the other side.
        };
        if let Some(at) = topic.map(|length| variable_header(&bytes) + length) {
            bytes[at..at + 2].fill(0);
        }
    }
    bytes
}

/// Where the variable header begins: after the first byte and the remaining length.
fn variable_header(bytes: &[u8]) -> usize {
    1 + bytes[1..].iter().take(4).position(|byte| byte & 0x80 == 0).map_or(1, |at| at + 1)
}
