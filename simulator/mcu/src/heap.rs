//! The device's memory: who holds how much, and what no longer fits (docs/simulation.md 7).
//!
//! A block is a *reservation*. The bytes that a connection or a message really has live in
//! the host's memory; beside them lies a block of the size that the firmware would have
//! allocated, so that exhaustion and fragmentation come as on the board. Nothing is ever written into
//! a block, so the arena has no memory, only a book of what is where.
//!
//! The native heap is a TLSF arena, the algorithm of ESP-IDF's heap. The managed heap is a
//! counter, because the garbage collector of .NET nanoFramework compacts it: what is free is in
//! one piece.

mod arena;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arena::{Arena, Place};

/// Granularity of the managed heap: a `HeapBlock` of the .NET nanoFramework CLR has 12 bytes.
const MANAGED_GRANULE: usize = 12;

/// No block of the wanted size is free.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no memory for {what}: {wanted} bytes wanted, {free} free, largest block {largest}")]
pub struct OutOfMemory {
    /// What wanted the memory.
    pub what: &'static str,
    /// Bytes wanted.
    pub wanted: usize,
    /// Bytes free in all.
    pub free: usize,
    /// Largest block that can be had.
    pub largest: usize,
}

/// The state of a heap, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HeapStats {
    /// Size of the heap.
    pub limit: usize,
    /// In use, rounding to the heap's granularity included.
    pub used: usize,
    /// Largest `used` since the start.
    pub peak: usize,
    /// Largest block that can be had now.
    pub largest: usize,
    /// Number of blocks in use.
    pub blocks: usize,
}

impl HeapStats {
    /// Bytes that are not in use.
    #[must_use]
    pub const fn free(&self) -> usize {
        self.limit - self.used
    }
}

/// What one purpose holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Holding {
    /// Blocks in use.
    pub blocks: usize,
    /// Bytes in use.
    pub bytes: usize,
}

/// Called, without a lock held, when an allocation fails.
type Observer = Arc<dyn Fn(&OutOfMemory) + Send + Sync>;

/// A heap of the device; a cheap handle.
///
/// ```
/// use nanorig_mcu::heap::Heap;
///
/// let heap = Heap::new(4 * 1024);
/// let block = heap.alloc(3_000, "request").expect("it is empty");
/// let error = heap.alloc(3_000, "response").expect_err("only one fits");
/// assert_eq!(error.what, "response");
/// drop(block);
/// assert_eq!(heap.stats().used, 0);
/// ```
#[derive(Clone)]
pub struct Heap {
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    observer: Option<Observer>,
}

struct State {
    space: Space,
    limit: usize,
    used: usize,
    peak: usize,
    /// Boots of this heap; a block of an earlier boot frees nothing.
    life: u64,
    holdings: BTreeMap<&'static str, Holding>,
    /// Allocations until one is made to fail.
    fail_in: Option<u64>,
}

/// How a heap finds room.
enum Space {
    /// Good fit in place; blocks stay where they are.
    Tlsf(Arena),
    /// Blocks move together, so that only the sum counts.
    Compacting,
}

/// A reserved block; dropping it frees it.
#[must_use = "dropping the block frees it"]
pub struct HeapBlock {
    shared: Arc<Shared>,
    place: Place,
    /// As charged, a multiple of the granularity.
    bytes: usize,
    what: &'static str,
    life: u64,
}

impl Heap {
    /// A TLSF heap of `size` bytes in one piece.
    #[must_use]
    pub fn new(size: usize) -> Self {
        Self::fragmented(size, size)
    }

    /// A TLSF heap of `size` bytes whose largest block is `largest`; the rest are smaller regions, as
    /// drivers and static data leave them on a board.
    #[must_use]
    pub fn fragmented(size: usize, largest: usize) -> Self {
        let arena = Arena::new(size, largest);
        let limit = arena.size();
        Self::of(Space::Tlsf(arena), limit)
    }

    /// A heap of `size` bytes that a compacting garbage collector keeps in one piece.
    #[must_use]
    pub fn compacting(size: usize) -> Self {
        Self::of(Space::Compacting, size)
    }

    fn of(space: Space, limit: usize) -> Self {
        let state =
            State { space, limit, used: 0, peak: 0, life: 0, holdings: BTreeMap::new(), fail_in: None };
        Self { shared: Arc::new(Shared { state: Mutex::new(state), observer: None }) }
    }

    /// The heap, calling `observer` for each allocation that fails. Only for a heap that has no other handle yet.
    #[must_use]
    pub fn observed(self, observer: impl Fn(&OutOfMemory) + Send + Sync + 'static) -> Self {
        match Arc::try_unwrap(self.shared) {
            Ok(shared) => Self { shared: Arc::new(Shared { observer: Some(Arc::new(observer)), ..shared }) },
            Err(shared) => Self { shared },
        }
    }

    /// Reserves `bytes` bytes for `what`, such as `tls-input`.
    ///
    /// # Errors
    /// No free block is large enough, or the failure was asked for by [`fail_allocation`](Self::fail_allocation).
    pub fn alloc(&self, bytes: usize, what: &'static str) -> Result<HeapBlock, OutOfMemory> {
        let result = self.lock().alloc(bytes, what);
        match result {
            Ok((place, bytes, life)) => {
                Ok(HeapBlock { shared: Arc::clone(&self.shared), place, bytes, what, life })
            }
            Err(error) => {
                if let Some(observer) = &self.shared.observer {
                    observer(&error);
                }
                Err(error)
            }
        }
    }

    /// Makes the `nth` allocation from now fail, counted from 1, to see how the firmware takes it.
    pub fn fail_allocation(&self, nth: u64) {
        self.lock().fail_in = Some(nth);
    }

    /// The state now.
    #[must_use]
    pub fn stats(&self) -> HeapStats {
        let mut state = self.lock();
        HeapStats {
            limit: state.limit,
            used: state.used,
            peak: state.peak,
            largest: state.largest(),
            blocks: state.holdings.values().map(|holding| holding.blocks).sum(),
        }
    }

    /// What each purpose holds, by name. Purposes that hold nothing are left out.
    #[must_use]
    pub fn holdings(&self) -> Vec<(&'static str, Holding)> {
        let state = self.lock();
        let holdings = state.holdings.iter().filter(|(_, holding)| holding.blocks > 0);
        holdings.map(|(what, holding)| (*what, *holding)).collect()
    }

    /// Power loss: everything is free again, and blocks from before free nothing when they go.
    pub fn reset(&self) {
        let mut state = self.lock();
        state.life += 1;
        (state.used, state.peak, state.fail_in) = (0, 0, None);
        state.holdings.clear();
        if let Space::Tlsf(arena) = &mut state.space {
            arena.clear();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.shared.lock()
    }
}

impl Shared {
    /// No code panics while it holds the lock, so that a poisoned state is still whole.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn alloc(&mut self, wanted: usize, what: &'static str) -> Result<(Place, usize, u64), OutOfMemory> {
        let forced = match &mut self.fail_in {
            Some(left) => {
                *left = left.saturating_sub(1);
                *left == 0
            }
            None => false,
        };
        if forced {
            self.fail_in = None;
        }
        let found = if forced { None } else { self.take(wanted) };
        let Some((place, bytes)) = found else {
            let (free, largest) = (self.limit - self.used, self.largest());
            return Err(OutOfMemory { what, wanted, free, largest });
        };
        self.used += bytes;
        self.peak = self.peak.max(self.used);
        let holding = self.holdings.entry(what).or_default();
        holding.blocks += 1;
        holding.bytes += bytes;
        Ok((place, bytes, self.life))
    }

    fn take(&mut self, wanted: usize) -> Option<(Place, usize)> {
        match &mut self.space {
            Space::Tlsf(arena) => arena.allocate(wanted),
            Space::Compacting => {
                let bytes = wanted.max(1).checked_next_multiple_of(MANAGED_GRANULE)?;
                (bytes <= self.limit - self.used).then_some((Place::NOWHERE, bytes))
            }
        }
    }

    fn largest(&mut self) -> usize {
        match &mut self.space {
            Space::Tlsf(arena) => arena.largest(),
            Space::Compacting => (self.limit - self.used) / MANAGED_GRANULE * MANAGED_GRANULE,
        }
    }
}

impl HeapBlock {
    /// Bytes charged: as asked for, rounded up to the heap's granularity.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// What it was reserved for.
    #[must_use]
    pub fn what(&self) -> &'static str {
        self.what
    }
}

impl Drop for HeapBlock {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        if state.life != self.life {
            return;
        }
        state.used -= self.bytes;
        if let Some(holding) = state.holdings.get_mut(self.what) {
            // One that holds nothing stays: most purposes come again and again.
            holding.blocks -= 1;
            holding.bytes -= self.bytes;
        }
        if let Space::Tlsf(arena) = &mut state.space {
            arena.free(self.place);
        }
    }
}

impl fmt::Debug for HeapBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HeapBlock({} bytes for {})", self.bytes, self.what)
    }
}

impl fmt::Debug for Heap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Heap").field(&self.stats()).finish()
    }
}
