//! Names that were resolved, or were not, since boot.

use std::net::Ipv4Addr;

use nanorig_trace::Time;

use crate::habits::DnsHabits;
use crate::net::NetError;

/// Entries of lwIP's table (`DNS_TABLE_SIZE`): the oldest makes room.
const ENTRIES: usize = 4;

/// The resolver's memory.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    host: String,
    at: Time,
    until: Time,
    found: Result<Vec<Ipv4Addr>, NetError>,
}

impl Cache {
    /// What is known of `host` at `now` without asking.
    pub(super) fn known(
        &self,
        now: Time,
        host: &str,
        habits: &DnsHabits,
    ) -> Option<Result<Vec<Ipv4Addr>, NetError>> {
        let entry = self.entries.iter().find(|entry| entry.host == host)?;
        let kept = match entry.found {
            Ok(_) => !habits.honour_ttl,
            Err(_) => !habits.failures_are_transient,
        };
        (kept || now < entry.until).then(|| entry.found.clone())
    }

    /// Remembers what was found until `until`.
    pub(super) fn remember(
        &mut self,
        now: Time,
        host: &str,
        until: Time,
        found: Result<Vec<Ipv4Addr>, NetError>,
    ) {
        self.entries.retain(|entry| entry.host != host);
        if self.entries.len() >= ENTRIES
            && let Some(oldest) = (0..self.entries.len()).min_by_key(|index| self.entries[*index].at)
        {
            self.entries.remove(oldest);
        }
        self.entries.reserve_exact(1);
        self.entries.push(Entry { host: host.to_owned(), at: now, until, found });
    }
}
