//! Messages that are larger than the device takes: their payload is left out as it comes, and their topic
//! is kept, so that a method call can be refused and a QoS 1 message does not come again for ever.

use super::remains::Remains;

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
        Remains::read(&self.head).map(|(remains, _)| remains)
    }
}
