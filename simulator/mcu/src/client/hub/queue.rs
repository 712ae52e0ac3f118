//! Messages that wait for a connection or for room: bounded, in order, with a stated drop policy.

use std::collections::VecDeque;

use nanorig_wire::hub::PropertyBag;
use tokio::sync::oneshot;

use super::{HubError, Message, QueueOptions};
use crate::habits::DropPolicy;
use crate::heap::HeapBlock;

/// A message that waits, or is under way.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) number: u64,
    pub(super) message: Message,
    pub(super) bag: PropertyBag,
    /// Topic and body.
    pub(super) bytes: usize,
    /// Present while the message waits here.
    pub(super) memory: Option<HeapBlock>,
    pub(super) done: Option<oneshot::Sender<Result<(), HubError>>>,
}

impl Entry {
    /// Tells the application, if it still listens.
    pub(super) fn finish(mut self, result: Result<(), HubError>) {
        if let Some(done) = self.done.take() {
            let _ = done.send(result);
        }
    }
}

/// The queue.
#[derive(Debug)]
pub(super) struct Queue {
    options: QueueOptions,
    entries: VecDeque<Entry>,
    bytes: usize,
    numbers: u64,
    /// Messages that the MQTT client has, of either QoS.
    under_way: usize,
    /// Most of them.
    window: usize,
}

impl Queue {
    /// An empty queue before a client that takes `window` messages at a time.
    pub(super) fn new(options: QueueOptions, window: usize) -> Self {
        Self { options, entries: VecDeque::new(), bytes: 0, numbers: 0, under_way: 0, window }
    }

    pub(super) fn next_number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Adds a message. Returns those that had to go.
    pub(super) fn push(&mut self, entry: Entry, policy: DropPolicy) -> Vec<Entry> {
        let mut dropped = Vec::new();
        if policy == DropPolicy::Newest && !self.fits(entry.bytes) {
            return vec![entry];
        }
        self.bytes += entry.bytes;
        if self.entries.is_empty() {
            // Most messages find the queue empty, and the list's own first size is four, of half a kilobyte each.
            self.entries.reserve_exact(1);
        }
        self.entries.push_back(entry);
        if policy != DropPolicy::Unbounded {
            // The newest message stays even when it alone is larger than the bound.
            while self.entries.len() > 1 && !self.fits(0) {
                dropped.extend(self.take_front());
            }
        }
        dropped
    }

    /// The next message to send, when the window has room for it. It is under way until
    /// [`arrived`](Self::arrived).
    pub(super) fn pop(&mut self, policy: DropPolicy) -> Option<Entry> {
        if self.under_way >= self.window {
            return None;
        }
        let entry = match policy {
            DropPolicy::LastInFirstOut => self.take_back(),
            _ => self.take_front(),
        }?;
        self.under_way += 1;
        Some(entry)
    }

    /// A message that was popped is no longer with the MQTT client.
    pub(super) fn arrived(&mut self) {
        self.under_way -= 1;
    }

    /// The message that goes when memory is short, if the policy lets one go.
    pub(super) fn drop_for_memory(&mut self, policy: DropPolicy) -> Option<Entry> {
        match policy {
            DropPolicy::Newest | DropPolicy::All | DropPolicy::Unbounded => None,
            DropPolicy::Oldest | DropPolicy::LastInFirstOut => self.take_front(),
        }
    }

    /// Puts a message back where its number belongs. Returns those that had to go.
    pub(super) fn put_back(&mut self, entry: Entry, policy: DropPolicy) -> Vec<Entry> {
        self.bytes += entry.bytes;
        let at = self.entries.partition_point(|other| other.number < entry.number);
        self.entries.insert(at, entry);
        let mut dropped = Vec::new();
        while policy != DropPolicy::Unbounded && self.entries.len() > 1 && !self.fits(0) {
            dropped.extend(match policy {
                DropPolicy::Newest => self.take_back(),
                _ => self.take_front(),
            });
        }
        dropped
    }

    fn take_front(&mut self) -> Option<Entry> {
        let entry = self.entries.pop_front()?;
        self.bytes -= entry.bytes;
        if self.entries.is_empty() {
            // A queue is empty most of the time; its room would be a kilobyte for each device of a fleet.
            self.entries = VecDeque::new();
        }
        Some(entry)
    }

    fn take_back(&mut self) -> Option<Entry> {
        let entry = self.entries.pop_back()?;
        self.bytes -= entry.bytes;
        Some(entry)
    }

    fn fits(&self, more: usize) -> bool {
        self.entries.len() + usize::from(more > 0) <= self.options.max_messages
            && self.bytes + more <= self.options.max_bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue() -> Queue {
        Queue::new(QueueOptions { max_messages: 3, max_bytes: 100 }, 100)
    }

    fn entry(queue: &mut Queue, bytes: usize) -> Entry {
        let number = queue.next_number();
        Entry {
            number,
            message: Message::default(),
            bag: PropertyBag::new(),
            bytes,
            memory: None,
            done: None,
        }
    }

    fn push(queue: &mut Queue, bytes: usize, policy: DropPolicy) -> Vec<u64> {
        let entry = entry(queue, bytes);
        queue.push(entry, policy).into_iter().map(|entry| entry.number).collect()
    }

    fn drain(queue: &mut Queue, policy: DropPolicy) -> Vec<u64> {
        std::iter::from_fn(|| queue.pop(policy)).map(|entry| entry.number).collect()
    }

    #[test]
    fn the_fourth_message_drops_the_first() {
        let mut queue = queue();
        for _ in 0..3 {
            assert_eq!(push(&mut queue, 1, DropPolicy::Oldest), [0u64; 0]);
        }
        assert_eq!(push(&mut queue, 1, DropPolicy::Oldest), [1]);
        assert_eq!(drain(&mut queue, DropPolicy::Oldest), [2, 3, 4]);
    }

    #[test]
    fn bytes_are_bounded_in_pairs() {
        let mut queue = queue();
        assert_eq!(push(&mut queue, 60, DropPolicy::Oldest), [0u64; 0]);
        assert_eq!(push(&mut queue, 40, DropPolicy::Oldest), [0u64; 0]);
        assert_eq!(push(&mut queue, 1, DropPolicy::Oldest), [1]);
        assert_eq!(push(&mut queue, 500, DropPolicy::Oldest), [2, 3], "the newest stays");
    }

    #[test]
    fn other_policies() {
        let mut newest = queue();
        for _ in 0..3 {
            assert_eq!(push(&mut newest, 1, DropPolicy::Newest), [0u64; 0]);
        }
        assert_eq!(push(&mut newest, 1, DropPolicy::Newest), [4]);
        let mut unbounded = queue();
        for _ in 0..50 {
            assert_eq!(push(&mut unbounded, 90, DropPolicy::Unbounded), [0u64; 0]);
        }
        assert_eq!(unbounded.len(), 50);
        let mut last = queue();
        for _ in 0..3 {
            push(&mut last, 1, DropPolicy::LastInFirstOut);
        }
        assert_eq!(drain(&mut last, DropPolicy::LastInFirstOut), [3, 2, 1]);
    }

    #[test]
    fn what_comes_back_takes_its_old_place() {
        let mut queue = queue();
        for _ in 0..3 {
            push(&mut queue, 1, DropPolicy::Oldest);
        }
        let (first, second) =
            (queue.pop(DropPolicy::Oldest).unwrap(), queue.pop(DropPolicy::Oldest).unwrap());
        assert!(queue.put_back(second, DropPolicy::Oldest).is_empty());
        assert!(queue.put_back(first, DropPolicy::Oldest).is_empty());
        assert_eq!(drain(&mut queue, DropPolicy::Oldest), [1, 2, 3]);
    }

    #[test]
    fn what_comes_back_is_bounded_too() {
        for (policy, bytes, gone, left) in [
            (DropPolicy::Oldest, 1, vec![1], vec![2, 3, 4]),
            (DropPolicy::Newest, 1, vec![4], vec![1, 2, 3]),
            (DropPolicy::LastInFirstOut, 1, vec![1], vec![4, 3, 2]),
            (DropPolicy::Unbounded, 1, vec![], vec![1, 2, 3, 4]),
            (DropPolicy::Oldest, 40, vec![1], vec![2, 3]),
        ] {
            let mut queue = queue();
            let first = entry(&mut queue, bytes);
            let count = if bytes == 1 { 3 } else { 2 };
            for _ in 0..count {
                push(&mut queue, bytes, policy);
            }
            let dropped = queue.put_back(first, policy);
            let dropped: Vec<_> = dropped.into_iter().map(|entry| entry.number).collect();
            assert_eq!((dropped, drain(&mut queue, policy)), (gone, left), "{policy:?} {bytes}");
        }
    }

    #[test]
    fn the_window_holds_messages_back_until_others_have_arrived() {
        let mut queue = Queue::new(QueueOptions::default(), 2);
        for _ in 0..3 {
            push(&mut queue, 1, DropPolicy::Oldest);
        }
        assert_eq!(drain(&mut queue, DropPolicy::Oldest), [1, 2]);
        queue.arrived();
        assert_eq!(drain(&mut queue, DropPolicy::Oldest), [3]);
    }
}
