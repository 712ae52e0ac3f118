//! Carries frames from one end to the other: loses, delays, changes and captures them.

use std::time::Duration;

use nanorig_trace::Time;
use nanorig_trace::event::Direction;

use super::frame::{ETHERNET, FrameInfo};
use super::{Inbox, LinkSettings, PathSettings, mss};
use crate::Stream;
use crate::capture::{Capture, InterfaceId, Reason};
use crate::fault::{Fault, FaultId, FrameVerdict};

/// A frame that may be overtaken is held back by up to this, or twice the jitter where that is more.
const HELD_BACK: Duration = Duration::from_millis(20);

/// The inboxes at both ends.
pub(crate) struct Ends<'a> {
    pub(crate) device: &'a mut Inbox,
    pub(crate) gateway: &'a mut Inbox,
}

/// One device's link.
pub(crate) struct Link {
    settings: LinkSettings,
    connected: bool,
    faults: Vec<(FaultId, Box<dyn Fault>)>,
    next_fault: u32,
    random: Stream,
    up: Wire,
    down: Wire,
    lost: u64,
    capture: Option<(Capture, InterfaceId)>,
}

/// The memory of one direction.
#[derive(Default)]
struct Wire {
    /// Until when the last bit of the frames before is being sent.
    busy_until: Time,
    /// When the last frame that kept its order arrives.
    last_arrival: Time,
}

impl Link {
    pub(crate) fn new(
        settings: LinkSettings,
        random: Stream,
        capture: Option<(Capture, InterfaceId)>,
    ) -> Self {
        Self {
            settings,
            connected: false,
            faults: Vec::new(),
            next_fault: 0,
            random,
            up: Wire::default(),
            down: Wire::default(),
            lost: 0,
            capture,
        }
    }

    pub(crate) const fn settings(&self) -> &LinkSettings {
        &self.settings
    }

    pub(crate) fn set(&mut self, settings: LinkSettings) {
        self.settings = settings;
    }

    pub(crate) const fn is_connected(&self) -> bool {
        self.connected
    }

    pub(crate) const fn set_connected(&mut self, connected: bool) {
        self.connected = connected;
    }

    pub(crate) fn insert(&mut self, fault: Box<dyn Fault>) -> FaultId {
        self.next_fault += 1;
        let id = FaultId(self.next_fault);
        self.faults.push((id, fault));
        id
    }

    pub(crate) fn remove(&mut self, id: FaultId) -> Option<Box<dyn Fault>> {
        let index = self.faults.iter().position(|(known, _)| *known == id)?;
        Some(self.faults.remove(index).1)
    }

    /// Frames lost since the start.
    pub(crate) const fn lost(&self) -> u64 {
        self.lost
    }

    /// Sends a frame at `now`.
    pub(crate) fn send(&mut self, now: Time, direction: Direction, mut frame: Vec<u8>, ends: &mut Ends<'_>) {
        let mut passage = Passage::default();
        if self.connected {
            self.judge(now, direction, &mut frame, &mut passage);
            self.suffer(direction, &mut frame, &mut passage);
        } else {
            passage.lost = Some("link down");
        }
        self.deliver(now, direction, frame, &passage, ends);
    }

    /// What the inserted faults do to it, in the order of their insertion.
    fn judge(&mut self, now: Time, direction: Direction, frame: &mut Vec<u8>, passage: &mut Passage) {
        for (_, fault) in &mut self.faults {
            match fault.judge(&FrameInfo { now, direction, bytes: frame }, &self.random) {
                FrameVerdict::Pass => {}
                FrameVerdict::Drop => {
                    passage.lost = Some(fault.name());
                    return;
                }
                FrameVerdict::Delay(by) => passage.held += by,
                FrameVerdict::Duplicate => passage.extra_copies += 1,
                FrameVerdict::Corrupt => {
                    flip_bit(frame, &self.random);
                    passage.changed = Some(fault.name());
                }
                FrameVerdict::Replace(bytes) => {
                    *frame = bytes;
                    passage.changed = Some(fault.name());
                }
            }
        }
    }

    /// What the settings do to it.
    fn suffer(&mut self, direction: Direction, frame: &mut [u8], passage: &mut Passage) {
        let path = self.settings.path(direction);
        if passage.lost.is_none() && self.random.chance(path.loss) {
            passage.lost = Some("loss");
        }
        if passage.lost.is_none() && frame.len() > ETHERNET + usize::from(path.mtu) {
            passage.lost = Some("larger than the MTU");
        }
        if passage.lost.is_some() {
            return;
        }
        // A SYN's MSS limits what its receiver sends, so the narrower direction counts for both.
        if mss::clamp(frame, self.settings.up.mtu.min(self.settings.down.mtu)) {
            passage.changed = Some("mss clamp");
        }
        if self.random.chance(path.corrupt) {
            flip_bit(frame, &self.random);
            passage.changed = Some("corruption");
        }
        if self.random.chance(path.duplicate) {
            passage.extra_copies += 1;
        }
        if self.random.chance(path.reorder) {
            passage.held += self.random.up_to(HELD_BACK.max(path.jitter * 2));
        }
        passage.jitter = self.random.up_to(path.jitter);
    }

    /// Times and captures every copy, and puts it into the other end's inbox.
    fn deliver(
        &mut self,
        now: Time,
        direction: Direction,
        mut frame: Vec<u8>,
        passage: &Passage,
        ends: &mut Ends<'_>,
    ) {
        let path = self.settings.path(direction);
        let (wire, inbox) = match direction {
            Direction::FromDevice => (&mut self.up, &mut *ends.gateway),
            Direction::ToDevice => (&mut self.down, &mut *ends.device),
        };
        for copies_left in (0..=passage.extra_copies).rev() {
            let (sent, arrives) = wire.pass(now, path, frame.len(), passage);
            if let Some((capture, interface)) = &self.capture {
                // The capture shows what the device's end of the link sees.
                let at = if direction == Direction::FromDevice { sent } else { arrives };
                capture.frame(*interface, at, direction, &frame, passage.reason(copies_left));
            }
            if passage.lost.is_some() {
                self.lost += 1;
                return;
            }
            let copy = if copies_left == 0 { std::mem::take(&mut frame) } else { frame.clone() };
            inbox.push(arrives, copy);
        }
    }
}

/// What happens to one frame.
#[derive(Default)]
struct Passage {
    lost: Option<&'static str>,
    changed: Option<&'static str>,
    extra_copies: u8,
    held: Duration,
    jitter: Duration,
}

impl Passage {
    fn reason(&self, copies_left: u8) -> Option<Reason> {
        match (self.lost, self.changed) {
            (Some(by), _) => Some(Reason::Dropped(by)),
            (None, Some(by)) => Some(Reason::Changed(by)),
            (None, None) if copies_left < self.extra_copies => Some(Reason::Duplicate),
            (None, None) => (!self.held.is_zero()).then_some(Reason::HeldBack),
        }
    }
}

impl Wire {
    /// When the frame's first bit leaves and its last one arrives.
    fn pass(&mut self, now: Time, path: &PathSettings, bytes: usize, passage: &Passage) -> (Time, Time) {
        let sent = now.max(self.busy_until);
        self.busy_until = sent + serialisation(bytes, path.bandwidth);
        let arrives = self.busy_until + path.latency + passage.jitter + passage.held;
        if passage.held.is_zero() {
            // Jitter keeps the order: FIFO queues do, and reordering is a knob of its own.
            self.last_arrival = self.last_arrival.max(arrives);
            return (sent, self.last_arrival);
        }
        (sent, arrives)
    }
}

/// Time on the wire, rounded up to microseconds.
fn serialisation(bytes: usize, bandwidth: Option<u64>) -> Duration {
    let Some(bits_per_second) = bandwidth else { return Duration::ZERO };
    let micros = (bytes as u64 * 8).saturating_mul(1_000_000).div_ceil(bits_per_second.max(1));
    Duration::from_micros(micros)
}

/// Flips a bit of an IP packet. Other frames stay whole: ARP has no checksum of its own, and
/// Ethernet's, which is not modelled, would have caught it.
fn flip_bit(frame: &mut [u8], random: &Stream) {
    if frame.get(12..14) == Some(&[8, 0]) && frame.len() > ETHERNET {
        let bit = random.below((frame.len() - ETHERNET) as u64 * 8) as usize;
        frame[ETHERNET + bit / 8] ^= 1 << (bit % 8);
    }
}

#[cfg(test)]
mod tests;
