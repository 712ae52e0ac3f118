//! How many sockets, control blocks and TLS contexts are in use.
//!
//! A socket is free again when the application closes it. Its TCP control block lives on until the
//! connection has ended on the wire, and through TIME-WAIT when the device closed first. lwIP
//! reuses the oldest control block in TIME-WAIT when none is left, so that sockets are the hard limit.

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use nanorig_trace::event::DeviceEvent;
use nanorig_trace::{Recorder, Time};
use nanorig_world::Clock;

use crate::heap::{Heap, HeapBlock};
use crate::net::NetError;
use crate::profile::Profile;

/// Sockets, control blocks and TLS contexts of one device; a cheap handle.
#[derive(Clone)]
pub struct SocketTable {
    shared: Arc<Shared>,
}

struct Shared {
    limits: Limits,
    recorder: Recorder,
    clock: Clock,
    state: Mutex<State>,
}

#[derive(Clone, Copy, Debug)]
struct Limits {
    slots: u32,
    tcp_pcbs: Option<u32>,
    udp_pcbs: Option<u32>,
    tls: u32,
}

#[derive(Default)]
struct State {
    /// Boots so far: guards of an earlier one give nothing back.
    life: u64,
    slots: u32,
    slots_peak: u32,
    tcp_pcbs: u32,
    udp_pcbs: u32,
    tls: u32,
    tls_peak: u32,
    /// Control blocks in TIME-WAIT, in the order of their ends; they are counted in `tcp_pcbs`.
    time_wait: VecDeque<(Time, HeapBlock)>,
    /// Connections whose sent data still lies on the heap.
    in_flight: Vec<Weak<dyn InFlight>>,
}

/// A connection that holds memory for data that the peer has not confirmed.
pub(crate) trait InFlight: Send + Sync {
    /// Frees what has been confirmed since.
    fn settle(&self);
}

/// What is in use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SocketStats {
    /// Sockets in use.
    pub used: u32,
    /// Most sockets in use at once since boot.
    pub peak: u32,
    /// Sockets that the device has.
    pub limit: u32,
    /// TCP control blocks in use, those in TIME-WAIT included.
    pub tcp_pcbs: u32,
    /// Those of them in TIME-WAIT.
    pub time_wait: u32,
    /// UDP control blocks in use.
    pub udp_pcbs: u32,
    /// TLS contexts in use.
    pub tls_used: u32,
    /// Most TLS contexts in use at once since boot.
    pub tls_peak: u32,
    /// TLS contexts that the device has.
    pub tls_limit: u32,
}

/// Every TLS context is in use, or the device has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no TLS context left, all {limit} are in use")]
pub struct NoTlsContext {
    /// TLS contexts that the device has.
    pub limit: u32,
}

/// What a guard stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Slot,
    TcpPcb,
    UdpPcb,
    Tls,
}

/// A share of a limit that is given back when the guard goes.
struct Guard {
    shared: Arc<Shared>,
    kind: Kind,
    life: u64,
}

/// A socket in use; dropping it frees it.
#[derive(Debug)]
pub struct SocketSlot(#[expect(dead_code, reason = "held for its drop")] Guard);

/// A TLS context in use; dropping it frees it.
#[derive(Debug)]
pub struct TlsContextSlot(#[expect(dead_code, reason = "held for its drop")] Guard);

/// A UDP control block in use, with its memory; dropping it frees it.
#[derive(Debug)]
#[expect(dead_code, reason = "held for their drops")]
pub(crate) struct UdpPcb(Guard, HeapBlock);

/// A TCP control block in use, with its memory; dropping it frees it.
#[derive(Debug)]
pub(crate) struct TcpPcb {
    guard: Guard,
    block: HeapBlock,
}

impl SocketTable {
    pub(crate) fn new(profile: &Profile, recorder: Recorder, clock: Clock) -> Self {
        let limits = Limits {
            slots: profile.sockets.slots,
            tcp_pcbs: profile.sockets.tcp_pcbs,
            udp_pcbs: profile.sockets.udp_pcbs,
            tls: profile.tls.map_or(0, |tls| tls.contexts),
        };
        Self { shared: Arc::new(Shared { limits, recorder, clock, state: Mutex::default() }) }
    }

    /// Takes a socket for `what`, such as `tcp` or `udp`.
    ///
    /// # Errors
    /// [`NetError::NoSocket`], which is recorded.
    pub fn socket(&self, what: &'static str) -> Result<SocketSlot, NetError> {
        let limit = self.shared.limits.slots;
        let guard = self.shared.take(Kind::Slot, Some(limit), "sockets", what);
        guard.map(SocketSlot).ok_or(NetError::NoSocket { limit })
    }

    /// Takes a TLS context.
    ///
    /// # Errors
    /// None is left, which is recorded.
    pub fn tls_context(&self) -> Result<TlsContextSlot, NoTlsContext> {
        let limit = self.shared.limits.tls;
        let guard = self.shared.take(Kind::Tls, Some(limit), "tls-contexts", "tls");
        guard.map(TlsContextSlot).ok_or(NoTlsContext { limit })
    }

    /// Takes a TCP control block of `bytes` on `heap`, if need be the oldest one in TIME-WAIT.
    pub(crate) fn tcp_pcb(&self, heap: &Heap, bytes: usize) -> Result<TcpPcb, NetError> {
        self.settle();
        let limit = self.shared.limits.tcp_pcbs;
        if limit.is_some_and(|limit| self.shared.lock().tcp_pcbs >= limit) {
            self.shared.recycle();
        }
        let guard = self
            .shared
            .take(Kind::TcpPcb, limit, "tcp-pcbs", "tcp")
            .ok_or(NetError::NoControlBlock { kind: "tcp-pcbs", limit: limit.unwrap_or(u32::MAX) })?;
        Ok(TcpPcb { guard, block: heap.alloc(bytes, "tcp-pcb")? })
    }

    /// Takes a UDP control block of `bytes` on `heap`.
    pub(crate) fn udp_pcb(&self, heap: &Heap, bytes: usize, what: &'static str) -> Result<UdpPcb, NetError> {
        let limit = self.shared.limits.udp_pcbs;
        let guard = self
            .shared
            .take(Kind::UdpPcb, limit, "udp-pcbs", what)
            .ok_or(NetError::NoControlBlock { kind: "udp-pcbs", limit: limit.unwrap_or(u32::MAX) })?;
        Ok(UdpPcb(guard, heap.alloc(bytes, "udp-pcb")?))
    }

    /// Watches a connection until it is gone, so that [`settle`](Self::settle) reaches it.
    pub(crate) fn watch(&self, connection: Weak<dyn InFlight>) {
        self.shared.lock().in_flight.push(connection);
    }

    /// Brings the books up to date: control blocks whose TIME-WAIT is over and sent data that was
    /// confirmed go back to the heap.
    pub(crate) fn settle(&self) {
        let now = self.shared.clock.now();
        let mut over = Vec::new();
        let mut state = self.shared.lock();
        while state.time_wait.front().is_some_and(|(end, _)| *end <= now) {
            over.extend(state.time_wait.pop_front());
            state.tcp_pcbs -= 1;
        }
        state.in_flight.retain(|connection| connection.strong_count() > 0);
        let connections = state.in_flight.clone();
        drop(state);
        for connection in connections.iter().filter_map(Weak::upgrade) {
            connection.settle();
        }
    }

    /// What is in use now.
    #[must_use]
    pub fn stats(&self) -> SocketStats {
        self.settle();
        let state = self.shared.lock();
        SocketStats {
            used: state.slots,
            peak: state.slots_peak,
            limit: self.shared.limits.slots,
            tcp_pcbs: state.tcp_pcbs,
            time_wait: u32::try_from(state.time_wait.len()).unwrap_or(u32::MAX),
            udp_pcbs: state.udp_pcbs,
            tls_used: state.tls,
            tls_peak: state.tls_peak,
            tls_limit: self.shared.limits.tls,
        }
    }

    /// Power loss: nothing is in use, and guards from before give nothing back.
    pub(crate) fn reset(&self) {
        let mut state = self.shared.lock();
        let life = state.life + 1;
        let before = std::mem::replace(&mut *state, State { life, ..State::default() });
        drop(state);
        drop(before);
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts one more of `kind`, or records that there is no more.
    fn take(
        self: &Arc<Self>,
        kind: Kind,
        limit: Option<u32>,
        budget: &'static str,
        what: &'static str,
    ) -> Option<Guard> {
        let mut state = self.lock();
        let count = state.count(kind);
        if limit.is_some_and(|limit| *count >= limit) {
            drop(state);
            self.recorder.record(DeviceEvent::BudgetExceeded {
                budget: budget.into(),
                what: what.into(),
                wanted: 1,
                left: 0,
            });
            return None;
        }
        *count += 1;
        state.slots_peak = state.slots_peak.max(state.slots);
        state.tls_peak = state.tls_peak.max(state.tls);
        let life = state.life;
        drop(state);
        Some(Guard { shared: Arc::clone(self), kind, life })
    }

    /// Ends the oldest TIME-WAIT before its time, as `tcp_kill_timewait` of lwIP.
    fn recycle(&self) {
        let mut state = self.lock();
        let oldest = state.time_wait.pop_front();
        if oldest.is_some() {
            state.tcp_pcbs -= 1;
        }
        drop(state);
        drop(oldest);
    }
}

impl State {
    fn count(&mut self, kind: Kind) -> &mut u32 {
        match kind {
            Kind::Slot => &mut self.slots,
            Kind::TcpPcb => &mut self.tcp_pcbs,
            Kind::UdpPcb => &mut self.udp_pcbs,
            Kind::Tls => &mut self.tls,
        }
    }
}

impl TcpPcb {
    /// The connection is in TIME-WAIT until `end`: the block stays, without an owner.
    pub(crate) fn time_wait(self, end: Time) {
        let Self { guard, block } = self;
        let mut state = guard.shared.lock();
        if state.life != guard.life {
            return;
        }
        // The guard will take one off when it goes; the waiting block is counted instead.
        state.tcp_pcbs += 1;
        let place = state.time_wait.partition_point(|(other, _)| *other <= end);
        state.time_wait.insert(place, (end, block));
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        if state.life == self.life {
            *state.count(self.kind) -= 1;
        }
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.kind, f)
    }
}

impl fmt::Debug for SocketTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SocketTable").field(&self.stats()).finish()
    }
}
