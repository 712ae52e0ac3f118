//! Memory of data that was sent and not yet confirmed.

use std::collections::VecDeque;

use crate::heap::{Heap, HeapBlock, OutOfMemory};
use crate::profile::Tcp;

/// Blocks in the order of sending, each with the number of bytes that were sent up to its end.
#[derive(Debug, Default)]
pub(super) struct Flight {
    sent: u64,
    blocks: VecDeque<(u64, HeapBlock)>,
}

impl Flight {
    /// Reserves memory for `bytes` bytes in segments of the profile's size.
    pub(super) fn reserve(heap: &Heap, tcp: &Tcp, bytes: usize) -> Result<HeapBlock, OutOfMemory> {
        heap.alloc(bytes + bytes.div_ceil(tcp.mss) * tcp.segment, "tcp-send")
    }

    /// `bytes` bytes were sent, which `block` holds.
    pub(super) fn push(&mut self, bytes: usize, block: HeapBlock) {
        self.sent += bytes as u64;
        self.blocks.push_back((self.sent, block));
    }

    /// True when nothing waits to be confirmed.
    pub(super) fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// All but the last `unconfirmed` bytes have been confirmed.
    pub(super) fn settle(&mut self, unconfirmed: usize) {
        let confirmed = self.sent.saturating_sub(unconfirmed as u64);
        while self.blocks.front().is_some_and(|(end, _)| *end <= confirmed) {
            self.blocks.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Profile;

    #[test]
    fn a_block_is_free_when_its_last_byte_is_confirmed() {
        let tcp = Profile::named("esp32-wroom").unwrap().tcp;
        let heap = Heap::new(16 * 1_024);
        let mut flight = Flight::default();
        for bytes in [1_440, 100] {
            flight.push(bytes, Flight::reserve(&heap, &tcp, bytes).unwrap());
        }
        // 1440 + 86 and 100 + 86, rounded up to the granularity of 32.
        assert_eq!(heap.stats().used, 1_536 + 192);
        flight.settle(101);
        assert_eq!(heap.stats().used, 1_728, "one byte of the first block is missing");
        flight.settle(100);
        assert_eq!(heap.stats().used, 192);
        flight.settle(0);
        assert_eq!(heap.stats().used, 0);
    }
}
