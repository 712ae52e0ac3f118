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
