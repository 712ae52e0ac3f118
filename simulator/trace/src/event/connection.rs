//! TCP connections as their servers see them.

use std::fmt;
use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use super::Direction;
use super::spec::events;
use crate::HexBytes;

/// Names one TCP connection in a trace; counted from 1 in the order of acceptance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ConnId(pub u32);

impl fmt::Display for ConnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// A protocol whose packets are recorded one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Protocol {
    /// MQTT 3.1, 3.1.1 or 5.0 control packets.
    Mqtt,
    /// HTTP/1.1 messages.
    Http,
    /// WebSocket frames.
    WebSocket,
    /// SignalR messages.
    SignalR,
    /// AMQP 1.0 frames.
    Amqp,
    /// DNS messages over TCP.
    Dns,
    /// Anything else.
    Raw,
}

/// One of the parties of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Party {
    /// The device under test.
    Device,
    /// The server.
    Server,
    /// Neither: the link, or a time-out below both.
    Network,
}

/// How a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CloseHow {
    /// TLS close_notify, then FIN.
    Orderly,
    /// FIN without close_notify on a TLS connection, or on a connection without TLS.
    Fin,
    /// RST.
    Reset,
    /// No packet for too long.
    Timeout,
    /// The peer broke the protocol.
    Violation,
}

events! {
    /// What servers saw of a connection.
    pub enum ConnEvent {
        /// A TCP connection was accepted.
        "opened" => Opened {
            /// The connection.
            conn: ConnId,
            /// Server that accepted it: `hub`, `dps`, `broker`, `web` ...
            service: String,
            /// The device's address and port.
            device: SocketAddr,
            /// Address and port that it connected to.
            server: SocketAddr,
        },
        /// A TLS ClientHello arrived.
        "client-hello" => ClientHello {
            /// The connection.
            conn: ConnId,
            /// The handshake message without record headers.
            bytes: HexBytes,
        },
        /// The server chose a certificate chain.
        "server-certificate" => ServerCertificate {
            /// The connection.
            conn: ConnId,
            /// Kind of chain, `good` or the name of what is wrong with it.
            kind: String,
            /// Root that it leads to.
            root: String,
            /// Bytes of all its certificates.
            chain_bytes: u32,
            /// DNS names that the leaf is for, in its subject alternative names; none in traces of earlier versions.
            names: Option<Vec<String>>,
        },
        /// The server does something in TLS that it was told to do and that servers rarely do.
        "tls-oddity" => TlsOddity {
            /// The connection.
            conn: ConnId,
            /// What: it says nothing more before the handshake is over, it spreads its handshake messages over small
            /// records, it sends its records in small segments, or a record is damaged or too long.
            what: String = ["stalled", "small-records", "small-segments", "corrupt-record", "oversized-record"],
        },
        /// The TLS handshake completed.
        "tls-established" => TlsEstablished {
            /// The connection.
            conn: ConnId,
            /// `TLSv1.2` or `TLSv1.3`.
            version: String,
            /// Cipher suite, IANA name.
            suite: String,
            /// Server name that the device asked for.
            sni: Option<String>,
            /// Common name of the certificate that the device presented.
            client_certificate: Option<String>,
            /// True when an earlier session was resumed.
            resumed: bool,
        },
        /// The TLS handshake or a later record failed.
        "tls-failed" => TlsFailed {
            /// The connection.
            conn: ConnId,
            /// Alert that the device sent, such as `unknown_ca`.
            alert: Option<String>,
            /// What the server's TLS library says.
            detail: String,
        },
        /// One packet of the application protocol, whole, without TLS.
        "packet" => Packet {
            /// The connection.
            conn: ConnId,
            /// Its protocol.
            protocol: Protocol,
            /// Which way.
            direction: Direction,
            /// The packet's bytes.
            bytes: HexBytes,
        },
        /// The device broke the protocol.
        "violation" => Violation {
            /// The connection.
            conn: ConnId,
            /// Its protocol.
            protocol: Protocol,
            /// Clause that was broken, such as `MQTT-3.1.0-1`.
            clause: String,
            /// What was wrong.
            detail: String,
        },
        /// The connection ended.
        "closed" => Closed {
            /// The connection.
            conn: ConnId,
            /// Who ended it.
            by: Party,
            /// How.
            how: CloseHow,
        },
    }
}
