//! Names that were resolved, or were not, since boot.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use nanorig_trace::Time;

use crate::habits::DnsHabits;
use crate::net::NetError;

/// Entries of lwIP's table (`DNS_TABLE_SIZE`): the oldest makes room.
const ENTRIES: usize = 4;

/// The resolver's memory.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    entries: BTreeMap<String, Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
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
        let entry = self.entries.get(host)?;
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
        if self.entries.len() >= ENTRIES && !self.entries.contains_key(host) {
            let oldest = self.entries.iter().min_by_key(|(_, entry)| entry.at).map(|(host, _)| host.clone());
            oldest.and_then(|host| self.entries.remove(&host));
        }
        self.entries.insert(host.to_owned(), Entry { at: now, until, found });
    }
}
