//! What is known of a message that did not come whole.

use nanorig_wire::mqtt::{PacketId, QoS};

/// Topic and identifier of a message whose payload may have been cut off.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Remains {
    pub(super) topic: String,
    pub(super) qos: QoS,
    pub(super) dup: bool,
    pub(super) id: Option<PacketId>,
}

impl Remains {
    /// Reads the beginning of a PUBLISH, and gives what has come of its payload; `None` when topic and identifier
    /// are not there or make no sense.
    pub(super) fn read(come: &[u8]) -> Option<(Self, &[u8])> {
        let (first, rest) = come.split_first().filter(|(first, _)| **first >> 4 == 3)?;
        let length_bytes = rest.iter().take(4).position(|byte| byte & 0x80 == 0)? + 1;
        let body = rest.get(length_bytes..)?;
        let (length, body) = body.split_at_checked(2)?;
        let (topic, body) = body.split_at_checked(usize::from(u16::from_be_bytes([length[0], length[1]])))?;
        let qos = QoS::from_bits(first >> 1 & 0b11)?;
        let (id, payload) = match qos {
            QoS::AtMostOnce => (None, body),
            _ => {
                let (id, payload) = body.split_at_checked(2)?;
                (Some(PacketId::new(u16::from_be_bytes([id[0], id[1]]))?), payload)
            }
        };
        let topic = String::from_utf8(topic.to_vec()).ok()?;
        Some((Self { topic, qos, dup: first & 0b1000 != 0, id }, payload))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_of_the_payload_stands_behind_the_head() {
        let whole = b"\x32\x0a\x00\x03a/b\x00\x07one";
        let (remains, payload) = Remains::read(&whole[..11]).unwrap();
        assert_eq!((remains.topic.as_str(), remains.id, payload), ("a/b", PacketId::new(7), &b"on"[..]));
        assert_eq!(Remains::read(&whole[..9]).unwrap().1, b"");
    }

    #[test]
    fn a_head_that_is_cut_and_other_packets_are_nothing() {
        for come in [&b"\x32\x0a\x00\x03a/b\x00"[..], b"\x32\x0a\x00\x03a", b"\x32", b"", b"\x40\x02\x00"] {
            assert_eq!(Remains::read(come), None);
        }
    }
}
