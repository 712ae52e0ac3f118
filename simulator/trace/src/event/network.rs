//! What the local network saw.

use std::net::{Ipv4Addr, SocketAddrV4};

use serde::{Deserialize, Serialize};

use super::spec::events;
use crate::HexBytes;

/// Which way bytes went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Sent by the device.
    FromDevice,
    /// Sent to the device.
    ToDevice,
}

/// A datagram service of the local network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Service {
    /// RFC 2131.
    Dhcp,
    /// RFC 1035 over UDP.
    Dns,
    /// RFC 5905.
    Ntp,
    /// Any other datagram.
    Udp,
}

/// What one direction of the link is like. Shares are from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PathCondition {
    /// Time that every frame takes, in microseconds.
    pub latency_us: u64,
    /// Largest additional random delay, in microseconds.
    pub jitter_us: u64,
    /// Share of frames lost.
    pub loss: f64,
    /// Share of frames that arrive twice.
    pub duplicate: f64,
    /// Share of frames with a flipped bit.
    pub corrupt: f64,
    /// Share of frames that later ones may overtake.
    pub reorder: f64,
    /// Bits per second; none for a link that needs no time to send.
    pub bandwidth: Option<u64>,
    /// Largest IP packet in bytes.
    pub mtu: u16,
}

events! {
    /// What the local network saw.
    pub enum NetworkEvent {
        /// A datagram reached its service, or was sent by it.
        "datagram" => Datagram {
            /// Whose datagram.
            service: Service,
            /// Which way.
            direction: Direction,
            /// The device's address and port; `0.0.0.0` while it has none.
            device: SocketAddrV4,
            /// The service's address and port as the datagram names it, `255.255.255.255` for a broadcast.
            server: SocketAddrV4,
            /// The datagram's payload.
            bytes: HexBytes,
        },
        /// The link's condition was changed.
        "link" => Link {
            /// The fault, as named in scenarios.
            fault: String,
            /// True when it began, false when it ended.
            on: bool,
        },
        /// What the link is like from now on, faults aside: told at the start and after each change.
        "link-settings" => LinkSettings {
            /// From the device.
            from_device: PathCondition,
            /// To the device.
            to_device: PathCondition,
        },
        /// A server got another address; its old one is silent from now on.
        "host-moved" => HostMoved {
            /// Its name.
            host: String,
            /// The address that went silent.
            from: Ipv4Addr,
            /// Its new address.
            to: Ipv4Addr,
        },
        /// The device started a connection that nobody accepts.
        "unanswered" => Unanswered {
            /// Where it wanted to go.
            server: SocketAddrV4,
            /// `refused` (RST) or `dropped` (silence).
            how: String,
        },
        /// Frames that the link lost since the last such event.
        "loss" => Loss {
            /// How many.
            frames: u64,
        },
    }
}
