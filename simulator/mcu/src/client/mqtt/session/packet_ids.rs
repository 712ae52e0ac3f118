//! Packet identifiers: never zero, never one in use (MQTT-2.3.1-1, MQTT-2.3.1-2).

use std::collections::BTreeSet;

use nanorig_wire::mqtt::PacketId;

use crate::habits;

/// Hands out identifiers. The count goes on over connections and sessions, so that an identifier of a
/// forgotten session does not come back soon.
#[derive(Debug)]
pub(super) struct PacketIds {
    next: PacketId,
    busy: BTreeSet<PacketId>,
    habit: habits::PacketIds,
}

impl PacketIds {
    pub(super) fn new(habit: habits::PacketIds) -> Self {
        Self { next: PacketId::FIRST, busy: BTreeSet::new(), habit }
    }

    /// The next free identifier, `None` when all are in use.
    pub(super) fn allocate(&mut self) -> Option<PacketId> {
        if self.habit == habits::PacketIds::IgnoresBusy {
            let id = self.next;
            self.next = if id.get() < 4 { id.next() } else { PacketId::FIRST };
            self.busy.insert(id);
            return Some(id);
        }
        if self.busy.len() == usize::from(u16::MAX) {
            return None;
        }
        while self.busy.contains(&self.next) {
            self.next = self.next.next();
        }
        let id = self.next;
        self.next = id.next();
        self.busy.insert(id);
        Some(id)
    }

    /// Gives an identifier back.
    pub(super) fn release(&mut self, id: PacketId) {
        self.busy.remove(&id);
    }

    /// Identifiers in use.
    #[cfg(test)]
    pub(super) fn busy(&self) -> &BTreeSet<PacketId> {
        &self.busy
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_wraps_over_zero_and_over_busy_ids() {
        let mut ids = PacketIds::new(habits::PacketIds::Fresh);
        let held: Vec<_> = (0..10).map(|_| ids.allocate().unwrap().get()).collect();
        assert_eq!(held, (1..=10).collect::<Vec<u16>>());
        for expected in 11..=u16::MAX {
            let id = ids.allocate().unwrap();
            assert_eq!(id.get(), expected);
            ids.release(id);
        }
        assert_eq!(ids.allocate().unwrap().get(), 11, "0 and the ten that are in use are left out");
    }

    #[test]
    fn all_ids_but_no_more() {
        let mut ids = PacketIds::new(habits::PacketIds::Fresh);
        for _ in 0..u16::MAX {
            assert!(ids.allocate().is_some());
        }
        assert_eq!(ids.allocate(), None);
        ids.release(PacketId::new(77).unwrap());
        assert_eq!(ids.allocate(), PacketId::new(77));
    }

    #[test]
    fn the_habit_of_ignoring_busy_ids_collides() {
        let mut ids = PacketIds::new(habits::PacketIds::IgnoresBusy);
        let got: Vec<_> = (0..6).map(|_| ids.allocate().unwrap().get()).collect();
        assert_eq!(got, [1, 2, 3, 4, 1, 2]);
    }
}
