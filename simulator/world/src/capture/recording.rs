//! Collects frames, names and secrets while a run goes on, and writes the file at its end.
//!
//! The file is written late because a Decryption Secrets Block only helps with packets that
//! follow it (draft-ietf-opsawg-pcapng 4.7), while TLS 1.3 secrets are known after the first
//! packets they decrypt. Nothing about the host goes into it, so that one seed gives one file.

use std::collections::BTreeMap;
use std::fmt;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use nanorig_trace::event::Direction;
use nanorig_trace::{Time, Utc};

use super::blocks;

/// A link that frames are captured on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InterfaceId(u32);

/// What happened to a frame on the link; written as the packet's comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It was lost, by what.
    Dropped(&'static str),
    /// Its bytes are not those that were sent, by what.
    Changed(&'static str),
    /// A copy follows.
    Duplicate,
    /// It was delayed so that later frames may have overtaken it.
    HeldBack,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dropped(by) => write!(f, "dropped by the link: {by}"),
            Self::Changed(by) => write!(f, "changed by the link: {by}"),
            Self::Duplicate => f.write_str("duplicated by the link"),
            Self::HeldBack => f.write_str("held back by the link"),
        }
    }
}

/// A capture in memory. Cheap to clone; clones write to one file.
#[derive(Clone)]
pub struct Capture {
    shared: Arc<Mutex<Recording>>,
}

struct Recording {
    start: Utc,
    interfaces: Vec<String>,
    names: BTreeMap<Ipv4Addr, Vec<String>>,
    secrets: String,
    frames: Vec<Frame>,
}

struct Frame {
    at: Time,
    interface: InterfaceId,
    direction: Direction,
    bytes: Box<[u8]>,
    comment: Option<Reason>,
}

impl Capture {
    /// An empty capture of a run that began at calendar time `start`.
    #[must_use]
    pub fn new(start: Utc) -> Self {
        Self {
            shared: Arc::new(Mutex::new(Recording {
                start,
                interfaces: Vec::new(),
                names: BTreeMap::new(),
                secrets: String::new(),
                frames: Vec::new(),
            })),
        }
    }

    /// Declares a link; `name` is shown by Wireshark.
    #[must_use]
    pub fn interface(&self, name: &str) -> InterfaceId {
        let mut recording = self.lock();
        recording.interfaces.push(name.into());
        InterfaceId(u32::try_from(recording.interfaces.len() - 1).unwrap_or(u32::MAX))
    }

    /// Adds an Ethernet frame that passed the device's end of the link at `at`, with a comment
    /// when the link lost or changed it. Frames may come in any order of time.
    pub fn frame(
        &self,
        interface: InterfaceId,
        at: Time,
        direction: Direction,
        bytes: &[u8],
        comment: Option<Reason>,
    ) {
        self.lock().frames.push(Frame { at, interface, direction, bytes: bytes.into(), comment });
    }

    /// Adds a line in the format of NSS key logs, without its line feed.
    pub fn secret(&self, line: &str) {
        let mut recording = self.lock();
        recording.secrets.push_str(line);
        recording.secrets.push('\n');
    }

    /// Says that `ip` belongs to `host`. An address may have several names.
    pub fn name(&self, ip: Ipv4Addr, host: &str) {
        let mut recording = self.lock();
        let hosts = recording.names.entry(ip).or_default();
        if !hosts.iter().any(|known| known == host) {
            hosts.push(host.into());
        }
    }

    /// Number of frames so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lock().frames.len()
    }

    /// True while nothing was captured.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The file so far: section header, interfaces, names, secrets, and the frames by time.
    #[must_use]
    pub fn finish(&self) -> Vec<u8> {
        let recording = self.lock();
        let mut order: Vec<&Frame> = recording.frames.iter().collect();
        order.sort_by_key(|frame| frame.at);
        let mut out =
            Vec::with_capacity(order.iter().map(|frame| frame.bytes.len() + 64).sum::<usize>() + 1_024);
        blocks::section_header(&mut out);
        for name in &recording.interfaces {
            blocks::interface(&mut out, name);
        }
        if !recording.names.is_empty() {
            blocks::names(&mut out, &recording.names);
        }
        if !recording.secrets.is_empty() {
            blocks::tls_secrets(&mut out, recording.secrets.as_bytes());
        }
        for frame in order {
            let utc = recording.start + frame.at.since(Time::ZERO);
            let nanos = u64::try_from(utc.unix_micros()).unwrap_or(0).saturating_mul(1_000);
            let comment = frame.comment.map(|reason| reason.to_string());
            blocks::packet(
                &mut out,
                &blocks::Packet {
                    interface: frame.interface.0,
                    nanos,
                    direction: frame.direction,
                    bytes: &frame.bytes,
                    comment: comment.as_deref(),
                },
            );
        }
        out
    }

    /// A panic elsewhere cannot leave a half-written frame, so the rest stays usable.
    fn lock(&self) -> MutexGuard<'_, Recording> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Says nothing about secrets.
impl fmt::Debug for Capture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Capture").field("frames", &self.len()).finish()
    }
}
