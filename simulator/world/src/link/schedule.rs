//! Things that happen at a time: frames on their way, answers that take a while.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use nanorig_trace::Time;

/// Items by time; those of one instant in the order in which they were added.
pub(crate) struct Schedule<T> {
    heap: BinaryHeap<Reverse<Entry<T>>>,
    added: u64,
}

/// Frames by arrival.
pub(crate) type Inbox = Schedule<Vec<u8>>;

struct Entry<T> {
    at: Time,
    order: u64,
    item: T,
}

impl<T> Default for Schedule<T> {
    fn default() -> Self {
        Self { heap: BinaryHeap::new(), added: 0 }
    }
}

impl<T> Schedule<T> {
    pub(crate) fn push(&mut self, at: Time, item: T) {
        self.added += 1;
        self.heap.push(Reverse(Entry { at, order: self.added, item }));
    }

    /// The next item whose time has come by `now`.
    pub(crate) fn pop_due(&mut self, now: Time) -> Option<T> {
        if !self.is_due(now) {
            return None;
        }
        self.heap.pop().map(|Reverse(entry)| entry.item)
    }

    /// Whether an item's time has come by `now`.
    pub(crate) fn is_due(&self, now: Time) -> bool {
        self.next_at().is_some_and(|at| at <= now)
    }

    /// The time of the next item.
    pub(crate) fn next_at(&self) -> Option<Time> {
        self.heap.peek().map(|Reverse(entry)| entry.at)
    }
}

impl<T> PartialEq for Entry<T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl<T> Eq for Entry<T> {}

impl<T> PartialOrd for Entry<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Entry<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.order).cmp(&(other.at, other.order))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_come_by_time_then_by_order_and_never_early() {
        let mut schedule = Schedule::default();
        schedule.push(Time::from_millis(2), 2);
        schedule.push(Time::from_millis(1), 1);
        schedule.push(Time::from_millis(2), 3);
        assert_eq!(schedule.pop_due(Time::from_micros(999)), None);
        assert_eq!(schedule.pop_due(Time::from_millis(1)), Some(1));
        assert_eq!(schedule.pop_due(Time::from_millis(1)), None);
        assert_eq!(schedule.next_at(), Some(Time::from_millis(2)));
        assert_eq!(schedule.pop_due(Time::from_millis(9)), Some(2));
        assert_eq!(schedule.pop_due(Time::from_millis(9)), Some(3));
        assert_eq!(schedule.next_at(), None);
    }
}
