use proptest::prelude::*;

use super::*;

const KIB: usize = 1_024;

#[test]
fn a_fragmented_heap_starts_with_its_size_and_its_largest_block() {
    let heap = Heap::fragmented(72 * KIB, 40 * KIB);
    let stats = heap.stats();
    assert_eq!((stats.limit, stats.used, stats.largest), (72 * KIB, 0, 40 * KIB));
    let inside = heap.alloc(40 * KIB, "one").expect("the largest block can be had");
    drop(inside);
    let error = heap.alloc(40 * KIB + 1, "two").expect_err("one byte more cannot");
    assert_eq!(error, OutOfMemory { what: "two", wanted: 40 * KIB + 1, free: 72 * KIB, largest: 40 * KIB });
    assert_eq!(error.to_string(), "no memory for two: 40961 bytes wanted, 73728 free, largest block 40960");
}

#[test]
fn freeing_every_other_block_leaves_holes() {
    let heap = Heap::new(180 * KIB);
    let mut blocks: Vec<_> = (0..30).map(|_| heap.alloc(5_840, "socket").expect("30 fit")).collect();
    let mut odd = false;
    blocks.retain(|_| {
        odd = !odd;
        odd
    });
    let stats = heap.stats();
    assert!(stats.free() > 80 * KIB, "{stats:?}");
    assert!(stats.largest < 16 * KIB, "half of it is free, in small pieces: {stats:?}");
    assert!(heap.alloc(16_765, "tls-input").is_err());
    drop(blocks);
    assert_eq!(heap.stats().used, 0);
    assert!(heap.alloc(170 * KIB, "all").is_ok(), "free neighbours join again");
}

#[test]
fn holdings_name_who_has_the_memory() {
    let heap = Heap::new(8 * KIB);
    let _a = heap.alloc(100, "socket").expect("fits");
    let b = heap.alloc(100, "socket").expect("fits");
    let _c = heap.alloc(1_000, "tls").expect("fits");
    drop(b);
    assert_eq!(
        heap.holdings(),
        [("socket", Holding { blocks: 1, bytes: 128 }), ("tls", Holding { blocks: 1, bytes: 1_024 })]
    );
}

#[test]
fn blocks_of_an_earlier_boot_free_nothing() {
    let heap = Heap::new(4 * KIB);
    let old = heap.alloc(1_000, "old").expect("fits");
    heap.reset();
    assert_eq!(heap.stats().used, 0);
    let new = heap.alloc(1_000, "new").expect("fits");
    drop(old);
    assert_eq!(heap.stats().used, new.bytes());
    drop(new);
    assert_eq!(heap.stats(), HeapStats { peak: 1_024, ..Heap::new(4 * KIB).stats() });
}

#[test]
fn the_nth_allocation_fails_once() {
    let heap = Heap::new(4 * KIB);
    heap.fail_allocation(2);
    assert!(heap.alloc(1, "first").is_ok());
    assert_eq!(heap.alloc(1, "second").expect_err("as asked").free, 4 * KIB);
    assert!(heap.alloc(1, "third").is_ok());
}

#[test]
fn a_compacting_heap_has_no_holes() {
    let heap = Heap::compacting(1_200);
    let mut blocks: Vec<_> = (0..10).map(|_| heap.alloc(120, "object").expect("fits")).collect();
    assert!(heap.alloc(1, "object").is_err());
    drop(blocks.swap_remove(2));
    drop(blocks.swap_remove(5));
    assert!(heap.alloc(240, "object").is_ok(), "two holes of 120 are one of 240");
}

#[test]
fn the_observer_sees_each_failure() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&seen);
    let heap = Heap::new(KIB).observed(move |error| sink.lock().unwrap().push(error.what));
    let _fits = heap.alloc(KIB, "fits");
    let _fails = heap.alloc(KIB, "fails");
    assert_eq!(*seen.lock().unwrap(), ["fails"]);
}

#[derive(Clone, Debug)]
enum Step {
    Alloc(usize),
    Free(usize),
    Reset,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => (0_usize..9_000).prop_map(Step::Alloc),
        4 => (0_usize..64).prop_map(Step::Free),
        1 => Just(Step::Reset),
    ];
    proptest::collection::vec(step, 1..200)
}

proptest! {
    #[test]
    fn the_sum_of_the_blocks_is_the_use(steps in steps(), largest in 1_usize..64) {
        let heap = Heap::fragmented(48 * KIB, largest * KIB);
        let mut blocks = Vec::new();
        for step in steps {
            match step {
                Step::Alloc(bytes) => {
                    let before = heap.stats();
                    match heap.alloc(bytes, "block") {
                        Ok(block) => {
                            prop_assert!(block.bytes() >= bytes && block.bytes() < bytes.max(1) + 32);
                            prop_assert!(block.bytes() <= before.largest);
                            blocks.push(block);
                        }
                        Err(error) => prop_assert!(bytes > error.largest, "{error}"),
                    }
                }
                Step::Free(index) if !blocks.is_empty() => {
                    drop(blocks.swap_remove(index % blocks.len()));
                }
                Step::Free(_) => {}
                Step::Reset => {
                    heap.reset();
                    blocks.clear();
                }
            }
            let stats = heap.stats();
            prop_assert_eq!(stats.used, blocks.iter().map(HeapBlock::bytes).sum::<usize>());
            prop_assert_eq!(stats.blocks, blocks.len());
            prop_assert!(stats.used <= stats.peak && stats.peak <= stats.limit);
            prop_assert!(stats.largest <= stats.free());
        }
        blocks.clear();
        heap.reset();
        prop_assert_eq!(heap.stats(), Heap::fragmented(48 * KIB, largest * KIB).stats());
    }
}
