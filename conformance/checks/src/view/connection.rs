//! TCP connections, from acceptance to end.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};

use nanorig_trace::event::{CloseHow, ConnEvent, ConnId, Direction, Party, Protocol};
use nanorig_trace::{Event, HexBytes, Time, Trace};
use nanorig_wire::mqtt;
use nanorig_wire::tls::ClientHello;

use super::{At, Certificate, Hello, TlsFailure, TlsOddity, TlsSession};

/// One TCP connection.
#[derive(Clone, Debug)]
pub struct Connection<'t> {
    /// Its id.
    pub id: ConnId,
    /// Server that accepted it: `hub`, `dps`, `broker`, `web` ...; empty when its start was not recorded.
    pub service: &'t str,
    /// The device's address and port.
    pub device: SocketAddrV4,
    /// Address and port that the device connected to.
    pub server: SocketAddrV4,
    /// When it was accepted.
    pub opened: At,
    /// The ClientHello.
    pub hello: Option<Hello>,
    /// The chain that the server presented.
    pub certificate: Option<Certificate<'t>>,
    /// The completed handshake.
    pub tls: Option<TlsSession<'t>>,
    /// Failures of TLS.
    pub tls_failures: Vec<TlsFailure<'t>>,
    /// What the server does in TLS because it was told to.
    pub tls_oddities: Vec<TlsOddity<'t>>,
    /// Application packets, in order.
    pub packets: Vec<WirePacket<'t>>,
    /// What the server found wrong.
    pub violations: Vec<WireViolation<'t>>,
    /// How it ended; none while it was open at the end of the trace.
    pub closed: Option<Closed>,
}

/// The segment of a device is an IPv4 network: nothing else is in the trace of a run.
const fn v4(address: SocketAddr) -> SocketAddrV4 {
    match address {
        SocketAddr::V4(address) => address,
        SocketAddr::V6(address) => SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, address.port()),
    }
}

/// One application packet.
#[derive(Clone, Debug)]
pub struct WirePacket<'t> {
    /// When the server sent or received it.
    pub at: At,
    /// Its protocol.
    pub protocol: Protocol,
    /// Which way it went.
    pub direction: Direction,
    /// Its bytes.
    pub bytes: &'t HexBytes,
    /// The MQTT packet, or why it is none; nothing for other protocols.
    pub mqtt: Option<Result<mqtt::Packet, mqtt::DecodeError>>,
}

/// What a server found wrong.
#[derive(Clone, Copy, Debug)]
pub struct WireViolation<'t> {
    /// When.
    pub at: At,
    /// The protocol.
    pub protocol: Protocol,
    /// The clause that was broken.
    pub clause: &'t str,
    /// What was wrong.
    pub detail: &'t str,
}

/// The end of a connection.
#[derive(Clone, Copy, Debug)]
pub struct Closed {
    /// When the server noticed.
    pub at: At,
    /// Who ended it.
    pub by: Party,
    /// How.
    pub how: CloseHow,
}

impl<'t> Connection<'t> {
    /// Packets that the device sent.
    pub fn from_device(&self) -> impl DoubleEndedIterator<Item = &WirePacket<'t>> + Clone {
        self.packets.iter().filter(|packet| packet.direction == Direction::FromDevice)
    }

    /// Packets that the server sent.
    pub fn to_device(&self) -> impl DoubleEndedIterator<Item = &WirePacket<'t>> + Clone {
        self.packets.iter().filter(|packet| packet.direction == Direction::ToDevice)
    }

    /// MQTT packets that the device sent and that could be decoded.
    pub fn sent(&self) -> impl DoubleEndedIterator<Item = (At, &mqtt::Packet)> + Clone {
        self.from_device().filter_map(WirePacket::decoded)
    }

    /// MQTT packets that the server sent and that could be decoded.
    pub fn received(&self) -> impl DoubleEndedIterator<Item = (At, &mqtt::Packet)> + Clone {
        self.to_device().filter_map(WirePacket::decoded)
    }

    /// The ClientHello, when it is well formed.
    #[must_use]
    pub fn client_hello(&self) -> Option<(At, &ClientHello)> {
        let hello = self.hello.as_ref()?;
        hello.content.as_ref().ok().map(|content| (hello.at, content))
    }

    /// The first CONNECT.
    #[must_use]
    pub fn connect(&self) -> Option<(At, &mqtt::Connect)> {
        self.sent().find_map(|(at, packet)| match packet {
            mqtt::Packet::Connect(connect) => Some((at, connect)),
            _ => None,
        })
    }

    /// The first CONNACK.
    #[must_use]
    pub fn connack(&self) -> Option<(At, &mqtt::ConnAck)> {
        self.received().find_map(|(at, packet)| match packet {
            mqtt::Packet::ConnAck(connack) => Some((at, connack)),
            _ => None,
        })
    }

    /// When the server accepted the MQTT session.
    #[must_use]
    pub fn accepted(&self) -> Option<At> {
        self.connack().filter(|(_, connack)| connack.code == mqtt::ConnectCode::Accepted).map(|(at, _)| at)
    }

    /// Server name that the device asked for, from its ClientHello or from what the server reports.
    #[must_use]
    pub fn sni(&self) -> Option<&str> {
        let from_hello = self.client_hello().and_then(|(_, hello)| hello.sni.as_deref());
        from_hello.or_else(|| self.tls.and_then(|tls| tls.sni))
    }

    /// True when the server made the handshake hard in another way than by its chain: then a handshake that fails shows
    /// nothing about the chain.
    #[must_use]
    pub fn is_handshake_odd(&self) -> bool {
        let odd = |what: &str| matches!(what, "stalled" | "small-records" | "small-segments");
        self.tls_oddities.iter().any(|oddity| odd(oddity.what))
    }

    /// True while the connection was open: from its acceptance to its end.
    #[must_use]
    pub fn is_open_at(&self, time: Time) -> bool {
        self.opened.time <= time && self.closed.is_none_or(|closed| closed.at.time > time)
    }

    fn new(id: ConnId, opened: At) -> Self {
        let nowhere = SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 0);
        Self {
            id,
            service: "",
            device: nowhere,
            server: nowhere,
            opened,
            hello: None,
            certificate: None,
            tls: None,
            tls_failures: Vec::new(),
            tls_oddities: Vec::new(),
            packets: Vec::new(),
            violations: Vec::new(),
            closed: None,
        }
    }

    fn add(&mut self, at: At, event: &'t ConnEvent) {
        match event {
            ConnEvent::Opened { service, device, server, .. } => {
                (self.service, self.opened) = (service, at);
                (self.device, self.server) = (v4(*device), v4(*server));
            }
            ConnEvent::ClientHello { bytes, .. } => {
                self.hello = Some(Hello { at, content: ClientHello::parse(bytes) });
            }
            ConnEvent::ServerCertificate { kind, root, chain_bytes, names, .. } => {
                let names = names.as_deref();
                self.certificate = Some(Certificate { at, kind, root, chain_bytes: *chain_bytes, names });
            }
            ConnEvent::TlsOddity { what, .. } => self.tls_oddities.push(TlsOddity { at, what }),
            ConnEvent::TlsEstablished { version, suite, sni, client_certificate, resumed, .. } => {
                self.tls = Some(TlsSession {
                    at,
                    version,
                    suite,
                    sni: sni.as_deref(),
                    client_certificate: client_certificate.as_deref(),
                    resumed: *resumed,
                });
            }
            ConnEvent::TlsFailed { alert, detail, .. } => {
                self.tls_failures.push(TlsFailure { at, alert: alert.as_deref(), detail });
            }
            ConnEvent::Packet { protocol, direction, bytes, .. } => {
                WirePacket::add_all(&mut self.packets, at, *protocol, *direction, bytes);
            }
            ConnEvent::Violation { protocol, clause, detail, .. } => {
                self.violations.push(WireViolation { at, protocol: *protocol, clause, detail });
            }
            ConnEvent::Closed { by, how, .. } => self.closed = Some(Closed { at, by: *by, how: *how }),
            // Events of later versions say nothing to the checks of this one.
            _ => {}
        }
    }
}

impl<'t> WirePacket<'t> {
    /// The MQTT packet with its place, when it could be decoded.
    #[must_use]
    pub fn decoded(&self) -> Option<(At, &mqtt::Packet)> {
        self.mqtt.as_ref()?.as_ref().ok().map(|packet| (self.at, packet))
    }

    /// Adds the packet; or several, when a server wrote whole MQTT packets together.
    fn add_all(
        packets: &mut Vec<Self>,
        at: At,
        protocol: Protocol,
        direction: Direction,
        bytes: &'t HexBytes,
    ) {
        let one = |mqtt| Self { at, protocol, direction, bytes, mqtt };
        let sender = match direction {
            Direction::FromDevice => mqtt::Sender::Client,
            Direction::ToDevice => mqtt::Sender::Server,
        };
        if protocol != Protocol::Mqtt {
            packets.push(one(None));
            return;
        }
        let whole = mqtt::Packet::decode(bytes, sender);
        let together = whole.is_err().then(|| split(bytes, sender)).flatten();
        match together {
            Some(together) => packets.extend(together.into_iter().map(|packet| one(Some(Ok(packet))))),
            None => packets.push(one(Some(whole))),
        }
    }
}

/// Two or more well-formed packets, and nothing else.
fn split(bytes: &[u8], sender: mqtt::Sender) -> Option<Vec<mqtt::Packet>> {
    let mut framer = mqtt::Framer::new(bytes.len());
    framer.push(bytes);
    let mut packets = Vec::new();
    while let Some(frame) = framer.next_frame().ok()? {
        packets.push(mqtt::Packet::decode(&frame, sender).ok()?);
    }
    (packets.len() > 1 && framer.pending().is_empty()).then_some(packets)
}

/// Groups the events of each connection. One whose start is missing begins with its first event.
pub(super) fn connections(trace: &Trace) -> Vec<Connection<'_>> {
    let mut connections: Vec<Connection<'_>> = Vec::new();
    let mut places: BTreeMap<ConnId, usize> = BTreeMap::new();
    for (record, entry) in trace.records.iter().enumerate() {
        let Event::Conn(event) = &entry.event else { continue };
        let at = At { record, time: entry.at };
        let Some(id) = conn_of(event) else { continue };
        let place = *places.entry(id).or_insert_with(|| {
            connections.push(Connection::new(id, at));
            connections.len() - 1
        });
        connections[place].add(at, event);
    }
    connections
}

fn conn_of(event: &ConnEvent) -> Option<ConnId> {
    match event {
        ConnEvent::Opened { conn, .. }
        | ConnEvent::ClientHello { conn, .. }
        | ConnEvent::ServerCertificate { conn, .. }
        | ConnEvent::TlsOddity { conn, .. }
        | ConnEvent::TlsEstablished { conn, .. }
        | ConnEvent::TlsFailed { conn, .. }
        | ConnEvent::Packet { conn, .. }
        | ConnEvent::Violation { conn, .. }
        | ConnEvent::Closed { conn, .. } => Some(*conn),
        _ => None,
    }
}
