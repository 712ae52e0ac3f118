//! From a host name to addresses: literals, cache, servers in order, aliases.

use std::net::Ipv4Addr;
use std::sync::PoisonError;
use std::time::Duration;

use nanorig_trace::event::DeviceEvent;
use nanorig_wire::lan::dns::Name;

use super::answer::{Answer, interpret};
use super::query::ask;
use crate::net::NetError;
use crate::runtime::Mcu;

/// Further questions for aliases whose addresses were not in the response, so that a loop over servers ends.
const ALIASES: usize = 8;
/// Longest time that an answer is kept (RFC 1035 7.3 leaves it open; lwIP's `DNS_MAX_TTL` is a week).
const LONGEST_TTL: Duration = Duration::from_secs(604_800);

impl Mcu {
    /// The IPv4 addresses of `host`, in the order of the answer. An IPv4 address in text form needs no server.
    ///
    /// # Errors
    /// [`NetError::NoAddress`] when the device has no address or the name has none, [`NetError::NxDomain`],
    /// [`NetError::ServFail`], [`NetError::Malformed`] or [`NetError::Timeout`] when the servers do not help, and what the device's
    /// own budget says. None of them is final: the next call asks again.
    pub async fn resolve(&self, host: &str) -> Result<Vec<Ipv4Addr>, NetError> {
        if let Ok(address) = host.parse() {
            return Ok(vec![address]);
        }
        let habits = &self.habits().net.dns;
        let known = self.names(|cache| cache.known(self.now(), host, habits));
        let found = match known {
            Some(found) => found,
            None => {
                let answered = self.look_up(host).await;
                let ttl = match &answered {
                    Ok((_, ttl)) => (*ttl).min(LONGEST_TTL),
                    Err(_) => habits.failure_pause,
                };
                let (now, found) = (self.now(), answered.map(|(addresses, _)| addresses));
                // Only what a server said is remembered: a lack of sockets or of an address says nothing of the name.
                if found.as_ref().err().is_none_or(is_about_the_name) {
                    self.names(|cache| cache.remember(now, host, now + ttl, found.clone()));
                }
                found
            }
        };
        let (addresses, error) = match &found {
            Ok(addresses) => (addresses.clone(), ""),
            Err(error) => (Vec::new(), error.kind()),
        };
        self.record(DeviceEvent::Resolved { host: host.into(), addresses, error: error.into() });
        found
    }

    async fn look_up(&self, host: &str) -> Result<(Vec<Ipv4Addr>, Duration), NetError> {
        let mut name: Name = host.parse().map_err(|_| NetError::NxDomain)?;
        let mut ttl = Duration::MAX;
        for _ in 0..ALIASES {
            match self.ask_servers(&name).await? {
                Answer::Addresses { addresses, ttl: its_ttl } => return Ok((addresses, ttl.min(its_ttl))),
                Answer::Alias { target, ttl: its_ttl } => {
                    ttl = ttl.min(its_ttl);
                    name = target;
                }
                Answer::NoAddress => return Err(NetError::NoAddress),
                Answer::NxDomain => return Err(NetError::NxDomain),
                Answer::Failed => return Err(NetError::ServFail),
            }
        }
        Err(NetError::ServFail)
    }

    /// The first usable answer of the servers in their order; else the last one's failure.
    async fn ask_servers(&self, name: &Name) -> Result<Answer, NetError> {
        let habits = &self.habits().net.dns;
        let servers = self.address().ok_or(NetError::NoAddress)?.dns;
        let count = if habits.try_next_server { servers.len() } else { 1 };
        let mut last = Err(NetError::NoAddress);
        for server in servers.into_iter().take(count) {
            last = match ask(self, server, name).await {
                Ok(response) => Ok(interpret(&response, name, habits)),
                Err(error @ (NetError::Timeout | NetError::Malformed)) => Err(error),
                Err(error) => return Err(error),
            };
            if last.as_ref().is_ok_and(|answer| *answer != Answer::Failed) {
                break;
            }
        }
        last
    }

    fn names<T>(&self, with: impl FnOnce(&mut super::Cache) -> T) -> T {
        with(&mut self.inner.net.names.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn is_about_the_name(error: &NetError) -> bool {
    matches!(error, NetError::NxDomain | NetError::ServFail | NetError::Timeout | NetError::Malformed)
}
