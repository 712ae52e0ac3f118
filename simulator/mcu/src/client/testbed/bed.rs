//! The device, its network and the servers' certificates.

use std::net::{Ipv4Addr, SocketAddrV4};
use std::sync::Arc;
use std::time::Duration;

use nanorig_certs::{ChainKind, Pki, RootName};
use nanorig_trace::event::{DeviceEvent, Event};
use nanorig_trace::{Time, Utc};
use nanorig_wire::sas::SharedKey;
use nanorig_world::fault::{self, FaultId, Params};
use nanorig_world::lan::dns::DnsServer;
use nanorig_world::{LinkSettings, PathSettings, Segment, SegmentConfig, World, tls};
use rustls::crypto::CryptoProvider;
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::sign::SingleCertAndKey;
use rustls::{RootCertStore, ServerConfig};
use rustls_pki_types::CertificateDer;
use tokio_rustls::TlsAcceptor;

use super::MiniHub;
use crate::net::{NetworkHelper, NetworkKind};
use crate::power::Power;
use crate::profile::Profile;
use crate::tls::RootStore;
use crate::{Mcu, McuConfig};

/// 2026-03-01T12:00:00Z
pub(crate) const NOW: i64 = 1_772_366_400;
/// Bytes 00 to 1f.
pub(crate) const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

pub(crate) struct Bed {
    pub(crate) world: World,
    pub(crate) segment: Segment,
    pub(crate) mcu: Mcu,
    pub(crate) dns: DnsServer,
    pub(crate) pki: Pki,
}

impl Bed {
    /// A reference device that has an address and the right time.
    pub(crate) async fn new() -> Self {
        Self::with(|_| ()).await
    }

    pub(crate) async fn with(set: impl FnOnce(&mut McuConfig)) -> Self {
        let world = World::new(41, Utc::from_unix_secs(NOW));
        let (segment, port) = Segment::new(&world, SegmentConfig::default());
        let pki = Pki::new(NOW);
        let dns = DnsServer::new();
        dns.serve(&world, SocketAddrV4::new(segment.gateway(), 53));
        let mut config = McuConfig::new("dut");
        config.roots = RootStore::test(&pki, &[RootName::G2]);
        set(&mut config);
        let mcu = Mcu::new(&world, port, Profile::named("esp32-wroom").unwrap(), config);
        Power::on(&mcu).await;
        NetworkHelper::connect(&mcu, NetworkKind::Any).await.unwrap();
        mcu.set_time(world.clock.utc(), "test");
        Self { world, segment, mcu, dns, pki }
    }

    /// Serves `hub` with TLS at `host` on port 8883.
    pub(crate) fn serve(&self, host: &str, ip: Ipv4Addr, hub: &MiniHub) {
        self.serve_asking(host, ip, hub, &[]);
    }

    /// As [`serve`](Self::serve), asking for a certificate that one of `issuers` has signed, if there are any.
    pub(crate) fn serve_asking(
        &self,
        host: &str,
        ip: Ipv4Addr,
        hub: &MiniHub,
        issuers: &[CertificateDer<'static>],
    ) {
        self.dns.set_a(host, &[ip]).unwrap();
        let chain = self.pki.server(ChainKind::Good, RootName::G2, &[host]).unwrap();
        let provider = tls::provider(&self.world.random.stream(host));
        let clients = client_verifier(&provider, issuers);
        let clock = self.world.clock;
        let time = Arc::new(tls::Time::new(move || clock.utc()));
        let mut config = ServerConfig::builder_with_details(provider, time)
            .with_protocol_versions(&[&rustls::version::TLS12])
            .unwrap()
            .with_client_cert_verifier(clients)
            .with_cert_resolver(Arc::new(SingleCertAndKey::from(chain.certified_key())));
        // As a device asks for whose record buffer has 4 KiB.
        config.max_fragment_size = Some(4_096);
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let mut listener = self.world.directory.listen("hub", SocketAddrV4::new(ip, 8883));
        let hub = hub.clone();
        tokio::spawn(async move {
            while let Some(incoming) = listener.accept().await {
                let (acceptor, hub) = (acceptor.clone(), hub.clone());
                tokio::spawn(async move {
                    if let Ok(stream) = acceptor.accept(incoming.stream).await {
                        hub.note_certificates(stream.get_ref().1.peer_certificates());
                        hub.serve(stream).await;
                    }
                });
            }
        });
    }

    /// Serves `hub` without TLS.
    pub(crate) fn serve_plain(&self, at: SocketAddrV4, hub: &MiniHub) {
        let mut listener = self.world.directory.listen("broker", at);
        let hub = hub.clone();
        tokio::spawn(async move {
            while let Some(incoming) = listener.accept().await {
                tokio::spawn(hub.clone().serve(incoming.stream));
            }
        });
    }

    /// What the device sends leaves it at this many bits per second from now on.
    pub(crate) fn throttle(&self, bandwidth: Option<u64>) {
        let up = PathSettings { bandwidth, ..PathSettings::default() };
        self.segment.link().set(LinkSettings { up, ..LinkSettings::default() });
    }

    /// Puts the fault of this name into the link.
    pub(crate) fn fault(&self, name: &str) -> FaultId {
        self.segment.link().insert(fault::find(name).unwrap().make(&Params::default()).unwrap())
    }

    pub(crate) async fn sleep(&self, secs: u64) {
        self.world.clock.sleep(Duration::from_secs(secs)).await;
    }

    /// The device's events of interest, with their times.
    pub(crate) fn device_events<T>(&self, pick: impl Fn(&DeviceEvent) -> Option<T>) -> Vec<(Time, T)> {
        let mut found = Vec::new();
        self.world.recorder.visit_from(0, |record| {
            if let Event::Device(event) = &record.event
                && let Some(value) = pick(event)
            {
                found.push((record.at, value));
            }
        });
        found
    }

    /// `status/reason` of every status event of `client`.
    pub(crate) fn statuses(&self, client: &str) -> Vec<String> {
        let pick = |event: &DeviceEvent| match event {
            DeviceEvent::Status { client: who, status, reason } if who == client => {
                Some(format!("{status}/{reason}"))
            }
            _ => None,
        };
        self.device_events(pick).into_iter().map(|(_, status)| status).collect()
    }

    pub(crate) fn key() -> SharedKey {
        SharedKey::from_base64(KEY).unwrap()
    }
}

fn client_verifier(
    provider: &Arc<CryptoProvider>,
    issuers: &[CertificateDer<'static>],
) -> Arc<dyn ClientCertVerifier> {
    if issuers.is_empty() {
        return WebPkiClientVerifier::no_client_auth();
    }
    let mut roots = RootCertStore::empty();
    for issuer in issuers {
        roots.add(issuer.clone()).unwrap();
    }
    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider)).build().unwrap()
}
