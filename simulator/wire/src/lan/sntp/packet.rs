//! The packet of clients and servers.

use super::Timestamp;
use crate::octets::{DecodeError, Octets, Problem};

/// Warning of a leap second, or that the server has no time (RFC 5905 7.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Leap {
    /// No warning, 0.
    #[default]
    None,
    /// The last minute of the day has 61 seconds, 1.
    Insert,
    /// The last minute of the day has 59 seconds, 2.
    Delete,
    /// The clock is not synchronised, 3.
    Unsynchronised,
}

/// Role of the sender (RFC 5905 7.3), 0 to 7.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mode(u8);

impl Mode {
    /// Symmetric active.
    pub const SYMMETRIC_ACTIVE: Self = Self(1);
    /// A client.
    pub const CLIENT: Self = Self(3);
    /// A server.
    pub const SERVER: Self = Self(4);
    /// A broadcast server.
    pub const BROADCAST: Self = Self(5);

    /// The mode of this number; only the low three bits count.
    #[must_use]
    pub const fn from_number(number: u8) -> Self {
        Self(number & 7)
    }

    /// Its number.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.0
    }
}

/// What a server of stratum 0 wants (RFC 5905 7.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KissCode {
    /// `DENY`: stop using this server.
    Deny,
    /// `RSTR`: stop using this server.
    Restrict,
    /// `RATE`: ask less often.
    Rate,
    /// Any other code, for information.
    Other([u8; 4]),
}

impl KissCode {
    /// The reference identifier that carries it.
    #[must_use]
    pub const fn reference_id(self) -> [u8; 4] {
        match self {
            Self::Deny => *b"DENY",
            Self::Restrict => *b"RSTR",
            Self::Rate => *b"RATE",
            Self::Other(code) => code,
        }
    }
}

/// An NTP packet without extension fields and authentication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet {
    /// Leap indicator.
    pub leap: Leap,
    /// Version, 1 to 4.
    pub version: u8,
    /// Role of the sender.
    pub mode: Mode,
    /// Hops to the reference clock: 1 to 15, 16 not synchronised, 0 a kiss-o'-death or unspecified.
    pub stratum: u8,
    /// Greatest interval between messages, log2 seconds.
    pub poll: i8,
    /// Precision of the clock, log2 seconds.
    pub precision: i8,
    /// Round trip to the reference clock, in 2^-16 s.
    pub root_delay: u32,
    /// Error to the reference clock, in 2^-16 s.
    pub root_dispersion: u32,
    /// Reference identifier, or the kiss code at stratum 0.
    pub reference_id: [u8; 4],
    /// When the clock was last set.
    pub reference: Timestamp,
    /// In a reply, the request's transmit time.
    pub origin: Timestamp,
    /// In a reply, when the request arrived.
    pub receive: Timestamp,
    /// When this packet left.
    pub transmit: Timestamp,
}

impl Packet {
    /// Octets without extension fields and authentication.
    pub const LENGTH: usize = 48;

    /// A request: only version, mode and transmit time are set (RFC 4330 5).
    #[must_use]
    pub const fn request(transmit: Timestamp) -> Self {
        Self {
            leap: Leap::None,
            version: 4,
            mode: Mode::CLIENT,
            stratum: 0,
            poll: 0,
            precision: 0,
            root_delay: 0,
            root_dispersion: 0,
            reference_id: [0; 4],
            reference: Timestamp::ZERO,
            origin: Timestamp::ZERO,
            receive: Timestamp::ZERO,
            transmit,
        }
    }

    /// What a stratum 2 server answers to `request` that arrived at `receive` and is answered at `transmit`.
    #[must_use]
    pub const fn reply(request: &Self, receive: Timestamp, transmit: Timestamp) -> Self {
        Self {
            leap: Leap::None,
            version: request.version,
            mode: Mode::SERVER,
            stratum: 2,
            poll: request.poll,
            precision: -20,
            root_delay: 0x0000_0100,
            root_dispersion: 0x0000_0100,
            reference_id: [192, 0, 2, 123],
            reference: receive,
            origin: request.transmit,
            receive,
            transmit,
        }
    }

    /// What the server wants, when this is a kiss-o'-death: a packet of a server at stratum 0.
    #[must_use]
    pub const fn kiss_code(&self) -> Option<KissCode> {
        if self.stratum != 0 || self.mode.0 != Mode::SERVER.0 {
            return None;
        }
        Some(match &self.reference_id {
            b"DENY" => KissCode::Deny,
            b"RSTR" => KissCode::Restrict,
            b"RATE" => KissCode::Rate,
            other => KissCode::Other(*other),
        })
    }

    /// The packet's 48 octets.
    #[must_use]
    pub fn encode(&self) -> [u8; Self::LENGTH] {
        let mut out = [0; Self::LENGTH];
        out[0] = self.leap.number() << 6 | (self.version & 7) << 3 | self.mode.0;
        out[1] = self.stratum;
        out[2] = self.poll.to_be_bytes()[0];
        out[3] = self.precision.to_be_bytes()[0];
        out[4..8].copy_from_slice(&self.root_delay.to_be_bytes());
        out[8..12].copy_from_slice(&self.root_dispersion.to_be_bytes());
        out[12..16].copy_from_slice(&self.reference_id);
        let stamps = [self.reference, self.origin, self.receive, self.transmit];
        for (place, stamp) in out[16..].chunks_exact_mut(8).zip(stamps) {
            place.copy_from_slice(&stamp.0.to_be_bytes());
        }
        out
    }

    /// Reads a packet. Extension fields and a message authentication code behind it are left aside.
    ///
    /// # Errors
    /// The packet is shorter than 48 octets, what follows is not in whole words, or its version is not from 1 to 4.
    pub fn decode(octets: &[u8]) -> Result<Self, DecodeError> {
        let mut octets = Octets::new(octets, "RFC 5905 7.3");
        let first = octets.u8("LI VN Mode")?;
        let version = first >> 3 & 7;
        if !(1..=4).contains(&version) {
            let problem = Problem::Value { found: u64::from(version), allowed: "1 to 4" };
            return Err(octets.error_at(0, "VN", problem));
        }
        let packet = Self {
            leap: Leap::from_number(first >> 6),
            version,
            mode: Mode::from_number(first),
            stratum: octets.u8("Stratum")?,
            poll: i8::from_be_bytes(octets.array("Poll")?),
            precision: i8::from_be_bytes(octets.array("Precision")?),
            root_delay: octets.u32("Root Delay")?,
            root_dispersion: octets.u32("Root Dispersion")?,
            reference_id: octets.array("Reference ID")?,
            reference: Timestamp(octets.u64("Reference Timestamp")?),
            origin: Timestamp(octets.u64("Origin Timestamp")?),
            receive: Timestamp(octets.u64("Receive Timestamp")?),
            transmit: Timestamp(octets.u64("Transmit Timestamp")?),
        };
        let octets = octets.under("RFC 5905 7.5");
        match octets.left() % 4 {
            0 => Ok(packet),
            _ => Err(octets.error("Extension Field", Problem::Trailing { left: octets.left() })),
        }
    }
}

impl Leap {
    const fn from_number(number: u8) -> Self {
        match number & 3 {
            0 => Self::None,
            1 => Self::Insert,
            2 => Self::Delete,
            _ => Self::Unsynchronised,
        }
    }

    const fn number(self) -> u8 {
        match self {
            Self::None => 0,
            Self::Insert => 1,
            Self::Delete => 2,
            Self::Unsynchronised => 3,
        }
    }
}
