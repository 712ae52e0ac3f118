//! TCP connections: TLS handshakes and MQTT packets.

use std::net::{Ipv4Addr, SocketAddrV4};

use nanorig_trace::event::{CloseHow, ConnEvent, ConnId, Direction, Party, Protocol};
use nanorig_wire::mqtt::{ConnAck, Connect, ConnectCode, Packet};
use nanorig_wire::tls::{ClientHello, ExtensionType};

use super::{DEVICE, Story};

/// Address of the hub.
pub(crate) const HUB: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 10);
/// Host name of the hub.
pub(crate) const HUB_NAME: &str = "contoso.azure-devices.net";

/// A ClientHello for the hub by a device that does everything right.
pub(crate) fn hello() -> ClientHello {
    let head: &[u8] = b"\x01\x00\x00\x29\x03\x03";
    let bare = [head, &[7; 32], b"\x00\x00\x02\xc0\x2f\x01\x00"].concat();
    let mut hello = ClientHello::parse(&bare).expect("it is well formed");
    hello.cipher_suites = vec![0x1301, 0xc02b, 0xc02f];
    hello.versions = vec![0x0304, 0x0303];
    hello.sni = Some(HUB_NAME.into());
    hello.extensions = vec![ExtensionType::SERVER_NAME, ExtensionType::SUPPORTED_VERSIONS];
    hello
}

impl Story {
    /// A connection from the device's usual address to port 8883 of the hub's.
    pub(crate) fn open(&mut self, service: &str) -> ConnId {
        self.open_from(DEVICE, service, HUB)
    }

    pub(crate) fn open_from(&mut self, device: Ipv4Addr, service: &str, server: Ipv4Addr) -> ConnId {
        self.connections += 1;
        let conn = ConnId(self.connections);
        let port = 50_000 + u16::try_from(self.connections).expect("tests open few connections");
        self.event(ConnEvent::Opened {
            conn,
            service: service.into(),
            device: SocketAddrV4::new(device, port).into(),
            server: SocketAddrV4::new(server, 8_883).into(),
        });
        conn
    }

    pub(crate) fn hello(&mut self, conn: ConnId, hello: &ClientHello) -> &mut Self {
        self.event(ConnEvent::ClientHello { conn, bytes: hello.encode().into() })
    }

    pub(crate) fn certificate(&mut self, conn: ConnId, kind: &str, root: &str) -> &mut Self {
        self.certificate_for(conn, kind, root, &[HUB_NAME])
    }

    /// A chain whose leaf is for these names.
    pub(crate) fn certificate_for(
        &mut self,
        conn: ConnId,
        kind: &str,
        root: &str,
        names: &[&str],
    ) -> &mut Self {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        let (kind, root, names) = (kind.into(), root.into(), Some(names));
        self.event(ConnEvent::ServerCertificate { conn, kind, root, chain_bytes: 1_500, names })
    }

    pub(crate) fn tls_oddity(&mut self, conn: ConnId, what: &str) -> &mut Self {
        self.event(ConnEvent::TlsOddity { conn, what: what.into() })
    }

    pub(crate) fn tls(&mut self, conn: ConnId) -> &mut Self {
        self.tls_as(conn, "TLSv1.2", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", None)
    }

    pub(crate) fn tls_as(
        &mut self,
        conn: ConnId,
        version: &str,
        suite: &str,
        client: Option<&str>,
    ) -> &mut Self {
        self.event(ConnEvent::TlsEstablished {
            conn,
            version: version.into(),
            suite: suite.into(),
            sni: Some(HUB_NAME.into()),
            client_certificate: client.map(Into::into),
            resumed: false,
        })
    }

    /// The device breaks the handshake off, and the connection ends.
    pub(crate) fn tls_refused(&mut self, conn: ConnId, alert: Option<&str>) -> &mut Self {
        self.event(ConnEvent::TlsFailed {
            conn,
            alert: alert.map(Into::into),
            detail: "peer gave up".into(),
        });
        self.close(conn, Party::Device, CloseHow::Fin)
    }

    pub(crate) fn close(&mut self, conn: ConnId, by: Party, how: CloseHow) -> &mut Self {
        self.event(ConnEvent::Closed { conn, by, how })
    }

    pub(crate) fn sends(&mut self, conn: ConnId, packet: &Packet) -> &mut Self {
        self.mqtt(conn, Direction::FromDevice, packet)
    }

    pub(crate) fn receives(&mut self, conn: ConnId, packet: &Packet) -> &mut Self {
        self.mqtt(conn, Direction::ToDevice, packet)
    }

    fn mqtt(&mut self, conn: ConnId, direction: Direction, packet: &Packet) -> &mut Self {
        let bytes = packet.to_bytes().expect("tests make packets that can be written").into();
        self.event(ConnEvent::Packet { conn, protocol: Protocol::Mqtt, direction, bytes })
    }

    /// CONNECT of the device and CONNACK of the server. With a password, the device uses a SAS token.
    pub(crate) fn mqtt_session(&mut self, conn: ConnId, password: Option<&str>) -> &mut Self {
        let mut connect = Connect::new("nano-01");
        connect.username = Some(format!("{HUB_NAME}/nano-01/?api-version=2021-04-12"));
        connect.password = password.map(|text| text.to_owned().into());
        self.sends(conn, &Packet::Connect(connect));
        let connack = ConnAck { session_present: false, code: ConnectCode::Accepted };
        self.receives(conn, &Packet::ConnAck(connack))
    }

    /// A connection to the hub with everything in order, up to CONNACK.
    pub(crate) fn good_session(&mut self) -> ConnId {
        let conn = self.open("hub");
        self.hello(conn, &hello())
            .certificate(conn, "good", "g2")
            .tls(conn)
            .mqtt_session(conn, Some("SharedAccessSignature"));
        conn
    }
}
