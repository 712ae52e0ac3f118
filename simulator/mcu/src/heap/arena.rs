//! A TLSF arena in several regions: the only unsafe code of this crate.
//!
//! Block sizes: rlsf works in granules of 32 bytes and puts a header of 16 bytes into each block. A
//! 32-bit board has 4 to 8 bytes there. So the header is taken out of what was asked for (nobody writes
//! into a block), and an allocation is charged its size rounded up to 32: 0 to 31 bytes more, 16 in
//! the mean, against 8 to 16 on the board.

use std::alloc::Layout;
use std::mem::MaybeUninit;
use std::ptr::{self, NonNull};

use rlsf::Tlsf;

const GRANULE: usize = 32;
/// Header of a used block in rlsf, on a 64-bit host; on a smaller host it is smaller.
const HEADER: usize = 16;
/// First-level classes: blocks up to 32 MiB.
const FIRST_LEVEL: usize = 20;
/// Second-level classes in each, as many as ESP-IDF uses for heaps of this size.
const SECOND_LEVEL: usize = 16;
/// One region must stay below the largest block that the classes can name.
const LARGEST_REGION: usize = 16 << 20;

type Allocator = Tlsf<'static, u32, u16, FIRST_LEVEL, SECOND_LEVEL>;

/// Memory in the alignment of rlsf.
#[repr(align(32))]
struct Granule(#[expect(dead_code, reason = "only its size and alignment count")] [u8; GRANULE]);

/// Where a block lies: an offset into the arena, so that it can be kept without a pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place(usize);

impl Place {
    /// For a heap whose blocks have no place.
    pub(super) const NOWHERE: Self = Self(usize::MAX);
}

/// Regions of free memory and what was taken from them.
pub(super) struct Arena {
    tlsf: Box<Allocator>,
    memory: NonNull<[MaybeUninit<Granule>]>,
    /// Sizes of the regions in bytes, sentinels not counted.
    regions: Vec<usize>,
}

// SAFETY: `memory` is owned by the arena alone, like a box; nothing in it is bound to a thread.
#[expect(unsafe_code, reason = "a raw pointer stands for an owned box")]
unsafe impl Send for Arena {}

impl Arena {
    /// `size` bytes in all, in regions of at most `largest` bytes.
    pub(super) fn new(size: usize, largest: usize) -> Self {
        let largest = largest.clamp(GRANULE, LARGEST_REGION) / GRANULE * GRANULE;
        let size = (size / GRANULE * GRANULE).max(GRANULE);
        let mut regions = vec![largest; size / largest];
        if !size.is_multiple_of(largest) {
            regions.push(size % largest);
        }
        let granules = regions.iter().map(|bytes| bytes / GRANULE + 1).sum();
        // Not initialised on purpose: fresh pages of the host stay untouched.
        let memory = Box::leak(Box::<[Granule]>::new_uninit_slice(granules)).into();
        let mut arena = Self { tlsf: Box::new(Allocator::new()), memory, regions };
        arena.clear();
        arena
    }

    /// Bytes in all regions.
    pub(super) fn size(&self) -> usize {
        self.regions.iter().sum()
    }

    /// Forgets every block.
    pub(super) fn clear(&mut self) {
        *self.tlsf = Allocator::new();
        for region in self.pools() {
            // SAFETY: the region is memory that the arena owns until it is dropped, nothing else refers to it,
            // and the allocator that had it before was just replaced. Regions do not overlap: see `pools`.
            #[expect(unsafe_code, reason = "the same memory is inserted again after each boot")]
            let inserted = unsafe { self.tlsf.insert_free_block_ptr(region) };
            debug_assert_eq!(inserted.map(usize::from), Some(region.len()), "regions are whole granules");
        }
    }

    /// Reserves `wanted` bytes; returns where, and how many bytes that took.
    pub(super) fn allocate(&mut self, wanted: usize) -> Option<(Place, usize)> {
        let charged = wanted.max(1).checked_next_multiple_of(GRANULE)?;
        let layout = Layout::from_size_align(charged - HEADER, 1).ok()?;
        let block = self.tlsf.allocate(layout)?;
        Some((Place(block.addr().get() - self.memory.addr().get()), charged))
    }

    /// Gives a block back. Its place came from [`allocate`](Self::allocate) after the last
    /// [`clear`](Self::clear), and is given back once: `HeapBlock` sees to both.
    pub(super) fn free(&mut self, place: Place) {
        assert!(place.0 < self.memory.len() * GRANULE, "the place is one of this arena");
        // SAFETY: `place` is the offset of a block that `allocate` returned from this allocator with alignment 1 and
        // that was not freed since, so that base plus offset is that block's address, inside `memory`.
        #[expect(unsafe_code, reason = "rlsf frees by address")]
        unsafe {
            let block = self.memory.cast::<u8>().add(place.0);
            self.tlsf.deallocate(block, 1);
        }
    }

    /// Largest size that [`allocate`](Self::allocate) can serve now.
    pub(super) fn largest(&self) -> usize {
        self.pools().map(|region| self.largest_in(region)).max().unwrap_or(0)
    }

    fn largest_in(&self, region: NonNull<[u8]>) -> usize {
        // SAFETY: `region` was inserted by `clear` with this start and length, which are both whole granules.
        #[expect(unsafe_code, reason = "rlsf cannot know the extent of its pools")]
        let blocks = unsafe { self.tlsf.iter_blocks(region) };
        let free = blocks.filter(|block| !block.is_occupied()).map(|block| block.size()).max();
        free.map_or(0, servable)
    }

    /// The regions with their sentinels, one behind the other.
    fn pools(&self) -> impl Iterator<Item = NonNull<[u8]>> + use<> {
        let base = self.memory.cast::<u8>();
        let mut offset = 0;
        let regions = self.regions.clone().into_iter();
        regions.map(move |bytes| {
            let length = bytes + GRANULE;
            // SAFETY: `new` made `memory` as long as the sum of all these lengths, so that the offset stays inside.
            #[expect(unsafe_code, reason = "addresses inside one allocation")]
            let start = unsafe { base.add(offset) };
            offset += length;
            NonNull::slice_from_raw_parts(start, length)
        })
    }
}

impl Drop for Arena {
    fn drop(&mut self) {
        // SAFETY: `memory` came from `Box::leak` in `new` and is released here only; the allocator that points into
        // it is dropped with `self` and does not touch memory when it is dropped.
        #[expect(unsafe_code, reason = "the leaked box is taken back")]
        drop(unsafe { Box::from_raw(ptr::from_mut(self.memory.as_mut())) });
    }
}

/// Largest request that a free block of `size` bytes can serve: good fit rounds a request up to the next
/// class, so that the part above the block's own class boundary cannot be had.
fn servable(size: usize) -> usize {
    let class = (1_usize << size.ilog2()) / SECOND_LEVEL;
    size / class.max(GRANULE) * class.max(GRANULE)
}
