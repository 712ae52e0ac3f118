//! Work-around: keeps a stack's ARP entries fresh (docs/simulation.md 4).
//!
//! smoltcp 0.14 forgets a neighbour after a fixed 60 s and renews the entry of a packet's IP source
//! only, so the router behind which all servers live always expires, and a reply that meets the expired
//! entry is dropped instead of queued (measured: 197 lost replies a day at 1 % loss, 0 with this). The
//! last real ARP packet of a neighbour is therefore replayed to the stack as a reply, before the stack
//! is polled and never by a timer of its own.

use std::net::Ipv4Addr;

use nanorig_trace::Time;
use smoltcp::wire::{ArpOperation, ArpPacket};

use super::frame::ETHERNET;

/// Older entries are replayed; half of smoltcp's lifetime.
const REFRESH_AFTER_US: u64 = 30_000_000;
/// Neighbours remembered, as many as smoltcp's cache holds.
const NEIGHBOURS: usize = 8;

/// The neighbours that one stack has heard of.
#[derive(Default)]
pub(crate) struct ArpKeeper {
    seen: Vec<Neighbour>,
}

struct Neighbour {
    /// The key is the IP address: a second address behind the router's MAC must not hide the router.
    ip: Ipv4Addr,
    reply: Vec<u8>,
    fresh_at: Time,
}

impl ArpKeeper {
    /// Learns from an ARP packet of `ip` that is handed to the stack.
    pub(crate) fn learn(&mut self, now: Time, ip: Ipv4Addr, frame: &[u8]) {
        let mut reply = frame.to_vec();
        ArpPacket::new_unchecked(&mut reply[ETHERNET..]).set_operation(ArpOperation::Reply);
        self.seen.retain(|neighbour| neighbour.ip != ip);
        if self.seen.len() == NEIGHBOURS {
            self.seen.remove(0);
        }
        self.seen.push(Neighbour { ip, reply, fresh_at: now });
    }

    /// A reply to hand to the stack before anything else.
    pub(crate) fn refresh(&mut self, now: Time) -> Option<Vec<u8>> {
        let stale = |neighbour: &&mut Neighbour| {
            now.as_micros().saturating_sub(neighbour.fresh_at.as_micros()) > REFRESH_AFTER_US
        };
        let neighbour = self.seen.iter_mut().find(stale)?;
        neighbour.fresh_at = now;
        Some(neighbour.reply.clone())
    }

    /// Forgets everybody: the stack was restarted.
    pub(crate) fn clear(&mut self) {
        self.seen.clear();
    }
}
