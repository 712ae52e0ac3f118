//! Two parties that share a seed say the same, byte by byte.

use std::io::{Read as _, Write as _};
use std::sync::Arc;

use nanorig_certs::{ChainKind, Pki, RootName};
use nanorig_trace::Utc;
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection};
use rustls::{NamedGroup, SupportedProtocolVersion};

use super::*;
use crate::Random;

const NOW: i64 = 1_772_366_400;
const HOST: &str = "hub.azure-devices.net";

/// Both ends of a connection, in memory.
#[derive(Debug)]
struct Parties {
    client: ClientConnection,
    server: ServerConnection,
}

struct Setting {
    client: Arc<ClientConfig>,
    server: Arc<ServerConfig>,
}

impl Setting {
    fn new(seed: u64, version: &'static SupportedProtocolVersion, groups: Option<NamedGroup>) -> Self {
        let random = Random::new(seed);
        let pki = Pki::new(NOW);
        let time = || Arc::new(Time::new(|| Utc::from_unix_secs(NOW)));
        let mut roots = RootCertStore::empty();
        roots.add(pki.root(RootName::G2)).unwrap();
        let of = |name: &str| {
            let mut provider = (*provider(&random.stream(name))).clone();
            provider.kx_groups.retain(|group| groups.is_none_or(|only| group.name() == only));
            Arc::new(provider)
        };
        let client = ClientConfig::builder_with_details(of("client"), time())
            .with_protocol_versions(&[version])
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let chain = pki.server(ChainKind::Good, RootName::G2, &[HOST]).unwrap();
        let mut server = ServerConfig::builder_with_details(of("server"), time())
            .with_protocol_versions(&[version])
            .unwrap()
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(rustls::sign::SingleCertAndKey::from(chain.certified_key())));
        server.ticketer = Arc::new(Tickets::new(&random.stream("tickets"), 3_600));
        Self { client: Arc::new(client), server: Arc::new(server) }
    }

    fn parties(&self) -> Parties {
        let name = HOST.try_into().unwrap();
        Parties {
            client: ClientConnection::new(Arc::clone(&self.client), name).unwrap(),
            server: ServerConnection::new(Arc::clone(&self.server)).unwrap(),
        }
    }
}

impl Parties {
    /// Everything that both sides send until nothing is left to say.
    fn talk(&mut self) -> Vec<u8> {
        let mut wire = Vec::new();
        loop {
            let before = wire.len();
            let mut sent = Vec::new();
            while self.client.wants_write() {
                self.client.write_tls(&mut sent).unwrap();
            }
            wire.extend(&sent);
            let mut rest = sent.as_slice();
            while !rest.is_empty() {
                self.server.read_tls(&mut rest).unwrap();
                self.server.process_new_packets().unwrap();
            }
            sent = Vec::new();
            while self.server.wants_write() {
                self.server.write_tls(&mut sent).unwrap();
            }
            wire.extend(&sent);
            let mut rest = sent.as_slice();
            while !rest.is_empty() {
                self.client.read_tls(&mut rest).unwrap();
                self.client.process_new_packets().unwrap();
            }
            if wire.len() == before {
                return wire;
            }
        }
    }

    /// A handshake and a greeting; returns what was on the wire.
    fn greet(&mut self) -> Vec<u8> {
        let mut wire = self.talk();
        self.client.writer().write_all(b"hello").unwrap();
        wire.extend(self.talk());
        let mut greeting = [0; 5];
        self.server.reader().read_exact(&mut greeting).unwrap();
        assert_eq!(&greeting, b"hello");
        wire
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_does_not() {
    for version in [&TLS12, &TLS13] {
        for group in [NamedGroup::X25519, NamedGroup::secp256r1] {
            let talk = |seed| {
                let mut parties = Setting::new(seed, version, Some(group)).parties();
                let wire = parties.greet();
                let chosen = parties.client.negotiated_key_exchange_group().unwrap().name();
                assert_eq!(chosen, group);
                wire
            };
            assert_eq!(talk(1), talk(1), "{version:?} {group:?}");
            assert_ne!(talk(1), talk(2), "{version:?} {group:?}");
        }
    }
}

#[test]
fn x25519_is_preferred() {
    let mut parties = Setting::new(1, &TLS13, None).parties();
    parties.greet();
    assert_eq!(parties.client.negotiated_key_exchange_group().unwrap().name(), NamedGroup::X25519);
}

#[test]
fn tickets_resume_until_the_server_forgets_them() {
    for version in [&TLS12, &TLS13] {
        let run = || {
            let mut setting = Setting::new(1, version, None);
            let tickets = Tickets::new(&Random::new(1).stream("tickets"), 3_600);
            let server = Arc::get_mut(&mut setting.server).unwrap();
            server.ticketer = Arc::new(tickets.clone());
            server.session_storage = Arc::new(rustls::server::NoServerSessionStorage {});
            let mut wire = setting.parties().greet();
            let mut second = setting.parties();
            wire.extend(second.greet());
            assert_eq!(second.client.handshake_kind(), Some(rustls::HandshakeKind::Resumed), "{version:?}");
            tickets.forget();
            let mut third = setting.parties();
            wire.extend(third.greet());
            assert_eq!(third.client.handshake_kind(), Some(rustls::HandshakeKind::Full), "{version:?}");
            wire
        };
        assert_eq!(run(), run(), "{version:?}");
    }
}

#[test]
fn times_before_1970_become_1970() {
    use rustls::time_provider::TimeProvider as _;

    let time = Time::new(|| Utc::from_unix_secs(-5));
    assert_eq!(time.current_time().unwrap().as_secs(), 0);
    let time = Time::new(|| Utc::from_unix_secs(NOW));
    assert_eq!(time.current_time().unwrap().as_secs(), NOW as u64);
}
