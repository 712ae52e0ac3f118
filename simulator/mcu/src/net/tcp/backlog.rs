//! Memory of data that waits: sent and not yet confirmed, or received and not yet read.

use std::collections::VecDeque;

use crate::heap::{Heap, HeapBlock, OutOfMemory};
use crate::profile::Tcp;

/// Blocks in the order of the data, each with the number of bytes that came up to its end.
#[derive(Debug, Default)]
pub(super) struct Backlog {
    come: u64,
    gone: u64,
    blocks: VecDeque<(u64, HeapBlock)>,
}

impl Backlog {
    /// Reserves memory for `bytes` bytes to send in segments of the profile's size.
    pub(super) fn reserve(heap: &Heap, tcp: &Tcp, bytes: usize) -> Result<HeapBlock, OutOfMemory> {
        heap.alloc(bytes + bytes.div_ceil(tcp.mss) * tcp.segment, "tcp-send")
    }

    /// `bytes` bytes came, which `block` holds.
    pub(super) fn push(&mut self, bytes: usize, block: HeapBlock) {
        self.come += bytes as u64;
        self.blocks.push_back((self.come, block));
    }

    /// Reserves memory for received data until `waiting` bytes have theirs, segment by segment.
    pub(super) fn receive(&mut self, heap: &Heap, tcp: &Tcp, waiting: usize) -> Result<(), OutOfMemory> {
        let mut more = waiting.saturating_sub(self.waiting());
        while more > 0 {
            let bytes = more.min(tcp.mss);
            self.push(bytes, heap.alloc(bytes + tcp.segment, "tcp-receive")?);
            more -= bytes;
        }
        Ok(())
    }

    /// Bytes that wait.
    pub(super) fn waiting(&self) -> usize {
        usize::try_from(self.come - self.gone).unwrap_or(usize::MAX)
    }

    /// True when nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// All but the last `waiting` bytes have gone.
    pub(super) fn settle(&mut self, waiting: usize) {
        self.gone = self.come.saturating_sub(waiting as u64);
        while self.blocks.front().is_some_and(|(end, _)| *end <= self.gone) {
            self.blocks.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Profile;

    #[test]
    fn a_block_is_free_when_its_last_byte_has_gone() {
        let tcp = Profile::named("esp32-wroom").unwrap().tcp;
        let heap = Heap::new(16 * 1_024);
        let mut backlog = Backlog::default();
        for bytes in [1_440, 100] {
            backlog.push(bytes, Backlog::reserve(&heap, &tcp, bytes).unwrap());
        }
        // 1440 + 86 and 100 + 86, rounded up to the granularity of 32.
        assert_eq!(heap.stats().used, 1_536 + 192);
        backlog.settle(101);
        assert_eq!(heap.stats().used, 1_728, "one byte of the first block is missing");
        backlog.settle(100);
        assert_eq!(heap.stats().used, 192);
        backlog.settle(0);
        assert_eq!(heap.stats().used, 0);
    }

    #[test]
    fn received_data_has_a_block_for_each_segment() {
        let tcp = Profile::named("esp32-wroom").unwrap().tcp;
        let heap = Heap::new(4 * 1_024);
        let mut backlog = Backlog::default();
        backlog.receive(&heap, &tcp, tcp.mss + 100).unwrap();
        assert_eq!((heap.stats().blocks, heap.stats().used), (2, 1_536 + 192));
        backlog.receive(&heap, &tcp, tcp.mss + 100).unwrap();
        assert_eq!(heap.stats().blocks, 2, "it is the same data");
        backlog.receive(&heap, &tcp, 3 * tcp.mss).expect_err("4 KiB do not hold three segments");
        assert_eq!(backlog.waiting(), 2 * tcp.mss + 100, "what fits is held");
        backlog.settle(100);
        assert_eq!(heap.stats().blocks, 1);
        backlog.settle(0);
        assert_eq!(heap.stats().used, 0);
    }
}
