//! A device's TLS stack and a server, joined by a pipe.

use std::sync::Arc;
use std::time::Duration;

use nanorig_certs::{ChainKind, Pki, RootName, ServerChain};
use nanorig_trace::event::{DeviceEvent, Event};
use nanorig_trace::{Recorder, Utc};
use nanorig_world::{Clock, Random, tls};
use rustls::server::WebPkiClientVerifier;
use rustls::sign::SingleCertAndKey;
use rustls::version::{TLS12, TLS13};
use rustls::{RootCertStore, ServerConfig};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, DuplexStream};
use tokio_rustls::TlsAcceptor;

use crate::habits::TlsHabits;
use crate::heap::Heap;
use crate::profile::Profile;
use crate::socket_table::SocketTable;
use crate::tls::{RootStore, SslStream, TlsError, TlsOptions, TlsParts, TlsStack, TlsVersions, Trust};

/// 2026-03-01T12:00:00Z
pub(super) const NOW: i64 = 1_772_366_400;
pub(super) const HOST: &str = "hub-1.azure-devices.net";

/// A device without anything but TLS.
pub(super) struct Device {
    pub(super) heap: Heap,
    pub(super) sockets: SocketTable,
    pub(super) stack: TlsStack,
    pub(super) trust: Trust,
    pub(super) recorder: Recorder,
    pub(super) pki: Pki,
    random: Random,
}

impl Device {
    pub(super) fn new(profile: &str) -> Self {
        Self::of(Profile::named(profile).unwrap())
    }

    pub(super) fn of(profile: Profile) -> Self {
        let clock = Clock::new(Utc::from_unix_secs(NOW));
        let recorder = Recorder::new(clock);
        let random = Random::new(41);
        let heap = Heap::fragmented(profile.native_heap.size, profile.native_heap.largest);
        let sockets = SocketTable::new(&profile, recorder.clone(), clock);
        let stack = TlsStack::new(TlsParts {
            heap: heap.clone(),
            sockets: sockets.clone(),
            figures: profile.tls,
            random: random.stream("device"),
            utc: Arc::new(move || clock.utc()),
            recorder: recorder.clone(),
            key_log: None,
        });
        let pki = Pki::new(NOW);
        let trust = Trust {
            // One root: what the heap's figures were measured with.
            roots: RootStore::test(&pki, &[RootName::G2]),
            habits: TlsHabits::default(),
            clock_is_valid: true,
        };
        Self { heap, sockets, stack, trust, recorder, pki, random }
    }

    pub(super) fn habits(&mut self) -> &mut TlsHabits {
        &mut self.trust.habits
    }

    /// A server that echoes, with a chain of `kind`.
    pub(super) fn server(&self, kind: ChainKind, versions: TlsVersions) -> Server {
        let chain = self.pki.server(kind, RootName::G2, &[HOST]).unwrap();
        Server::new(&self.random, &self.pki, &chain, versions)
    }

    /// Connects to `server` over a new pipe.
    pub(super) async fn connect(&self, server: &Server) -> Result<SslStream<DuplexStream>, TlsError> {
        self.connect_with(server, &TlsOptions::default()).await
    }

    pub(super) async fn connect_with(
        &self,
        server: &Server,
        options: &TlsOptions,
    ) -> Result<SslStream<DuplexStream>, TlsError> {
        let (ours, theirs) = tokio::io::duplex(64 * 1024);
        tokio::spawn(server.clone().echo(theirs));
        self.stack.connect(ours, HOST, &self.trust, options).await
    }

    /// Words of the TLS failures in the trace.
    pub(super) fn failures(&self) -> Vec<String> {
        let mut words = Vec::new();
        self.recorder.visit_from(0, |record| {
            if let Event::Device(DeviceEvent::TlsFailed { error, .. }) = &record.event {
                words.push(error.clone());
            }
        });
        words
    }
}

/// A TLS server.
#[derive(Clone)]
pub(super) struct Server {
    pub(super) config: Arc<ServerConfig>,
}

impl Server {
    pub(super) fn new(random: &Random, pki: &Pki, chain: &ServerChain, versions: TlsVersions) -> Self {
        let versions: &[_] = match versions {
            TlsVersions::All => &[&TLS13, &TLS12],
            TlsVersions::Tls12 => &[&TLS12],
            TlsVersions::Tls13 => &[&TLS13],
        };
        let stream = random.stream("server");
        let provider = tls::provider(&stream);
        let mut clients = RootCertStore::empty();
        clients.add(pki.group_ca()).unwrap();
        let clients = WebPkiClientVerifier::builder_with_provider(Arc::new(clients), Arc::clone(&provider))
            .allow_unauthenticated()
            .build()
            .unwrap();
        let time = Arc::new(tls::Time::new(|| Utc::from_unix_secs(NOW)));
        let mut config = ServerConfig::builder_with_details(provider, time)
            .with_protocol_versions(versions)
            .unwrap()
            .with_client_cert_verifier(clients)
            .with_cert_resolver(Arc::new(SingleCertAndKey::from(chain.certified_key())));
        config.ticketer = Arc::new(tls::Tickets::new(&stream, 86_400));
        Self { config: Arc::new(config) }
    }

    /// The same server with other settings.
    pub(super) fn with(mut self, change: impl FnOnce(&mut ServerConfig)) -> Self {
        change(Arc::make_mut(&mut self.config));
        self
    }

    /// Sends back what comes, until it ends.
    pub(super) async fn echo<S: AsyncRead + AsyncWrite + Unpin>(self, io: S) {
        let Ok(mut stream) = TlsAcceptor::from(self.config).accept(io).await else { return };
        let mut buffer = vec![0; 16 * 1024];
        while let Ok(count @ 1..) = stream.read(&mut buffer).await {
            if stream.write_all(&buffer[..count]).await.is_err() || stream.flush().await.is_err() {
                return;
            }
        }
        let _ = stream.shutdown().await;
    }

    /// Serves one connection with `serve`.
    pub(super) async fn accept(self, io: DuplexStream) -> tokio_rustls::server::TlsStream<DuplexStream> {
        TlsAcceptor::from(self.config).accept(io).await.unwrap()
    }
}

/// Sends `bytes` and waits for them to come back.
pub(super) async fn ping(stream: &mut SslStream<DuplexStream>, bytes: &[u8]) {
    stream.write_all(bytes).await.unwrap();
    stream.flush().await.unwrap();
    let mut answer = vec![0; bytes.len()];
    tokio::time::timeout(Duration::from_secs(60), stream.read_exact(&mut answer)).await.unwrap().unwrap();
    assert_eq!(answer, bytes);
}
