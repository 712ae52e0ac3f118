//! A TLSF arena without its memory: which bytes are taken, not the bytes.
//!
//! TLSF (two-level segregated fit, the algorithm of ESP-IDF's heap) keeps its free blocks in classes, sixteen
//! for each power of two, and serves a request with the newest block of the first class whose every block is
//! large enough. Here a sorted list stands for its bitmaps and lists, so that the same requests get the
//! same places: `arena/tests.rs` compares it with rlsf. Nothing is written into the blocks of a
//! reservation, and memory for headers alone would cost the host a page for nearly each of them.
//!
//! Block sizes are those of a 64-bit TLSF: granules of 32 bytes with a header of 16 bytes in each block.
//! A 32-bit board has 4 to 8 bytes there. So the header is taken out of what was asked for, and an
//! allocation is charged its size rounded up to 32: 0 to 31 bytes more, 16 in the mean, against 8 to 16 on
//! the board.

use std::cmp::Reverse;

const GRANULE: usize = 32;
/// Classes for each power of two, as many as ESP-IDF uses for heaps of this size.
const CLASSES: u32 = 16;
/// One region must stay below the largest block that the classes of TLSF can name.
const LARGEST_REGION: usize = 16 << 20;

/// Where a block lies: granules from the start of the arena.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place(u32);

impl Place {
    /// For a heap whose blocks have no place.
    pub(super) const NOWHERE: Self = Self(u32::MAX);

    /// Bytes from the start of the arena, in which each region but the first begins a granule later.
    #[cfg(test)]
    pub(super) const fn offset(self) -> usize {
        self.0 as usize * GRANULE
    }
}

/// Regions of free memory and what was taken from them. Sizes and places count granules.
pub(super) struct Arena {
    /// All blocks by their places. A device has few, so that sorted lists are faster than trees.
    blocks: Vec<Block>,
    /// The free ones, in the order in which a class gives them out.
    free: Vec<Free>,
    /// Counts blocks that became free.
    freed: u64,
    regions: Vec<u32>,
}

#[derive(Clone, Copy)]
struct Block {
    at: u32,
    size: u32,
    /// When it became free; taken if it is not.
    free: Option<u64>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Free {
    class: u32,
    freed: Reverse<u64>,
    at: u32,
}

impl Arena {
    /// `size` bytes in all, in regions of at most `largest` bytes.
    pub(super) fn new(size: usize, largest: usize) -> Self {
        let largest = granules(largest.clamp(GRANULE, LARGEST_REGION));
        let size = granules(size).max(1);
        let whole = usize::try_from(size / largest).unwrap_or(usize::MAX);
        let mut regions = vec![largest; whole];
        if !size.is_multiple_of(largest) {
            regions.push(size % largest);
        }
        let mut arena = Self { blocks: Vec::new(), free: Vec::new(), freed: 0, regions };
        arena.clear();
        arena
    }

    /// Bytes in all regions.
    pub(super) fn size(&self) -> usize {
        self.regions.iter().map(|size| bytes(*size)).sum()
    }

    /// Forgets every block.
    pub(super) fn clear(&mut self) {
        self.blocks.clear();
        self.free.clear();
        let mut at = 0;
        for size in self.regions.clone() {
            self.release(self.blocks.len(), at, size);
            // The granule between regions keeps their blocks from joining.
            at += size + 1;
        }
    }

    /// Reserves `wanted` bytes; returns where, and how many bytes that took.
    pub(super) fn allocate(&mut self, wanted: usize) -> Option<(Place, usize)> {
        let size = u32::try_from(wanted.max(1).div_ceil(GRANULE)).ok()?;
        let class = class(size.checked_next_multiple_of(width(size))?);
        let first = Free { class, freed: Reverse(u64::MAX), at: 0 };
        let found = self.free.partition_point(|free| *free < first);
        let Free { at, .. } = *self.free.get(found)?;
        self.free.remove(found);
        let index = self.index(at);
        let rest = self.blocks[index].size - size;
        self.blocks[index] = Block { at, size, free: None };
        if rest > 0 {
            self.release(index + 1, at + size, rest);
        }
        Some((Place(at), bytes(size)))
    }

    /// Gives a block back. Its place came from [`allocate`](Self::allocate) after the last
    /// [`clear`](Self::clear), and is given back once: `HeapBlock` sees to both.
    pub(super) fn free(&mut self, place: Place) {
        let mut index = self.index(place.0);
        let Block { mut at, mut size, .. } = self.take(index);
        if let Some(before) = index.checked_sub(1)
            && let Block { at: start, size: length, free: Some(_) } = self.blocks[before]
            && start + length == at
        {
            self.take(before);
            index = before;
            at = start;
            size += length;
        }
        if let Some(after) = self.blocks.get(index)
            && after.free.is_some()
            && after.at == at + size
        {
            size += self.take(index).size;
        }
        self.release(index, at, size);
    }

    /// Largest size that [`allocate`](Self::allocate) can serve now: good fit rounds a request up to the next class,
    /// so that the part of a block above its own class' boundary cannot be had.
    pub(super) fn largest(&self) -> usize {
        let largest = self.free.last().map(|free| self.blocks[self.index(free.at)].size);
        largest.map_or(0, |size| bytes(size / width(size) * width(size)))
    }

    /// Where the list has the block that begins at `at`.
    fn index(&self, at: u32) -> usize {
        self.blocks.binary_search_by_key(&at, |block| block.at).expect("places are those of blocks")
    }

    /// Adds a free block, to stand at `index`.
    fn release(&mut self, index: usize, at: u32, size: u32) {
        self.freed += 1;
        self.blocks.insert(index, Block { at, size, free: Some(self.freed) });
        let free = Free { class: class(size), freed: Reverse(self.freed), at };
        self.free.insert(self.free.partition_point(|other| *other < free), free);
    }

    /// Removes a block, free or not.
    fn take(&mut self, index: usize) -> Block {
        let block = self.blocks.remove(index);
        if let Some(freed) = block.free {
            let free = Free { class: class(block.size), freed: Reverse(freed), at: block.at };
            if let Ok(place) = self.free.binary_search(&free) {
                self.free.remove(place);
            }
        }
        block
    }
}

/// Sizes in one class differ by less than this.
fn width(size: u32) -> u32 {
    (1 << size.ilog2()) / CLASSES.min(1 << size.ilog2())
}

/// The class of blocks of this size.
fn class(size: u32) -> u32 {
    size.ilog2() * CLASSES + size / width(size) % CLASSES
}

/// Whole granules in `bytes`; no emulated memory is larger than can be counted so.
fn granules(bytes: usize) -> u32 {
    u32::try_from(bytes / GRANULE).unwrap_or(u32::MAX / 2)
}

fn bytes(granules: u32) -> usize {
    granules as usize * GRANULE
}

#[cfg(test)]
mod tests;
