//! Messages that are larger than the device takes: their payload is left out as it comes, and their topic
//! is kept, so that a method call can be refused and a QoS 1 message does not come again for ever.

use nanorig_wire::mqtt::{PacketId, QoS};

/// Bytes kept of such a packet: fixed header, and a topic name of the length that clouds use.
const HEAD_BYTES: usize = 2048;

/// A packet that is being left out.
#[derive(Debug)]
pub(super) struct Oversize {
    head: Vec<u8>,
    /// Bytes that have not come yet.
    left: usize,
    pub(super) bytes: usize,
    pub(super) limit: usize,
}

/// What is known of a packet that was left out.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Remains {
    pub(super) topic: String,
    pub(super) qos: QoS,
    pub(super) dup: bool,
    pub(super) id: Option<PacketId>,
}

impl Oversize {
    /// Begins with what has come of a packet of `bytes` bytes. `None` when it is no PUBLISH, or its topic
    /// cannot be kept: then only closing helps.
    pub(super) fn begin(come: &[u8], bytes: usize, limit: usize) -> Option<Self> {
        let is_publish = come.first().is_some_and(|first| first >> 4 == 3);
        if !is_publish || come.len() > bytes {
            return None;
        }
        let mut head = come.to_vec();
        head.truncate(HEAD_BYTES);
        Some(Self { head, left: bytes - come.len(), bytes, limit })
    }

    /// Takes what belongs to the packet and returns the rest.
    pub(super) fn swallow<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let (own, rest) = bytes.split_at(self.left.min(bytes.len()));
        self.left -= own.len();
        let room = HEAD_BYTES.saturating_sub(self.head.len());
        self.head.extend_from_slice(&own[..room.min(own.len())]);
        rest
    }

    /// True when the packet has passed.
    pub(super) fn is_over(&self) -> bool {
        self.left == 0
    }

    /// Topic and identifier; `None` when they make no sense.
    pub(super) fn remains(&self) -> Option<Remains> {
        let (first, rest) = self.head.split_first()?;
        let length_bytes = rest.iter().take(4).position(|byte| byte & 0x80 == 0)? + 1;
        let body = rest.get(length_bytes..)?;
        let (length, body) = body.split_at_checked(2)?;
        let (topic, body) = body.split_at_checked(usize::from(u16::from_be_bytes([length[0], length[1]])))?;
        let qos = QoS::from_bits(first >> 1 & 0b11)?;
        let id = match qos {
            QoS::AtMostOnce => None,
            _ => Some(PacketId::new(u16::from_be_bytes([*body.first()?, *body.get(1)?]))?),
        };
        let topic = String::from_utf8(topic.to_vec()).ok()?;
        Some(Remains { topic, qos, dup: first & 0b1000 != 0, id })
    }
}
