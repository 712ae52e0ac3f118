//! The arena beside rlsf, which has memory.

use std::alloc::Layout;
use std::ptr::NonNull;

use proptest::prelude::*;
use rlsf::Tlsf;

use super::*;

/// Header of a used block in rlsf.
const HEADER: usize = 16;

#[repr(align(32))]
#[derive(Clone)]
struct Granule(#[expect(dead_code, reason = "only its size and alignment count")] [u8; GRANULE]);

/// TLSF in real memory, with the same regions.
struct Judge {
    tlsf: Tlsf<'static, u32, u16, 20, 16>,
    memory: Vec<Granule>,
    regions: Vec<usize>,
}

impl Judge {
    fn like(arena: &Arena) -> Self {
        let regions: Vec<usize> = arena.regions.iter().map(|size| *size as usize).collect();
        let granules = regions.iter().map(|size| size + 1).sum();
        let memory = vec![Granule([0; GRANULE]); granules];
        let mut judge = Self { tlsf: Tlsf::new(), memory, regions };
        let mut at = 0;
        for size in judge.regions.clone() {
            let region = &raw mut judge.memory[at..=at + size];
            let start = NonNull::new(region.cast::<u8>()).expect("a part of a vector");
            let region = NonNull::slice_from_raw_parts(start, (size + 1) * GRANULE);
            // SAFETY: the regions are disjoint parts of `memory`, which nobody else uses while `judge` lives.
            #[expect(unsafe_code, reason = "rlsf wants memory for as long as it lives")]
            let inserted = unsafe { judge.tlsf.insert_free_block_ptr(region) };
            assert!(inserted.is_some());
            at += size + 1;
        }
        judge
    }

    /// Offset of the block that a request gets.
    fn allocate(&mut self, wanted: usize) -> Option<usize> {
        let charged = wanted.max(1).next_multiple_of(GRANULE);
        let layout = Layout::from_size_align(charged - HEADER, 1).expect("a small layout");
        let block = self.tlsf.allocate(layout)?;
        Some(block.addr().get() - self.memory.as_ptr().addr() - HEADER)
    }

    fn free(&mut self, offset: usize) {
        let start = NonNull::new(self.memory.as_mut_ptr().cast::<u8>()).expect("a vector with elements");
        // SAFETY: `offset` came from `allocate` and is given back once.
        #[expect(unsafe_code, reason = "rlsf frees by address")]
        unsafe {
            self.tlsf.deallocate(start.add(offset + HEADER), 1);
        }
    }
}

#[derive(Clone, Debug)]
enum Step {
    Allocate(usize),
    Free(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => (0_usize..600).prop_map(Step::Allocate),
        3 => (0_usize..20_000).prop_map(Step::Allocate),
        5 => (0_usize..64).prop_map(Step::Free),
    ];
    proptest::collection::vec(step, 1..300)
}

proptest! {
    #[test]
    fn every_request_gets_the_place_that_rlsf_gives_it(steps in steps(), largest in 1_usize..80) {
        let mut arena = Arena::new(96 * 1_024, largest * 1_024);
        let mut judge = Judge::like(&arena);
        let mut places = Vec::new();
        for step in steps {
            match step {
                Step::Allocate(wanted) => {
                    let largest = arena.largest();
                    let found = arena.allocate(wanted);
                    prop_assert_eq!(found.map(|(place, _)| place.offset()), judge.allocate(wanted));
                    prop_assert_eq!(found.is_some(), wanted <= largest);
                    places.extend(found.map(|(place, _)| place));
                }
                Step::Free(index) if !places.is_empty() => {
                    let place = places.swap_remove(index % places.len());
                    arena.free(place);
                    judge.free(place.offset());
                }
                Step::Free(_) => {}
            }
        }
    }
}

#[test]
fn classes_grow_with_sizes_and_are_as_wide_as_they_say() {
    for size in 1..100_000 {
        let lowest = size / width(size) * width(size);
        assert_eq!(class(lowest), class(size));
        assert!(class(lowest + width(size)) > class(size), "{size}");
    }
}

#[test]
fn an_arena_of_memory_costs_little_of_it() {
    let mut arena = Arena::new(100 * 1_024, 100 * 1_024);
    let places: Vec<_> = (0..40).map_while(|_| arena.allocate(2_000)).collect();
    assert_eq!(places.len(), 40);
    assert_eq!(arena.blocks.len(), 41);
    assert!(size_of::<Block>() <= 24 && size_of::<Free>() <= 16);
}
