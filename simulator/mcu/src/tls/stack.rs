//! The TLS library of one device: what all its connections share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use nanorig_certs::ClientIdentity;
use nanorig_trace::event::DeviceEvent;
use nanorig_trace::{Recorder, Utc};
use nanorig_world::{Stream, tls};
use rustls::{ClientConfig, ClientConnection, HandshakeKind, KeyLog, ProtocolVersion};
use rustls_pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio_rustls::TlsConnector;

use super::config::{self, ConfigKey, Fixed};
use super::guard::RecordGuard;
use super::link::{Link, certificate_message};
use super::memory::{LinkMemory, Version};
use super::stream::Established;
use super::verify::Pins;
use super::{RootStore, SslStream, TlsError, TlsOptions};
use crate::habits::{Resume, TlsHabits};
use crate::heap::{Heap, HeapBlock, OutOfMemory};
use crate::profile::Tls;
use crate::socket_table::{NoTlsContext, SocketTable};

/// Configurations that are kept; the oldest goes for one more.
const CONFIGS: usize = 8;
/// How long a refused connection may take to send its alert and end.
const FAREWELL: Duration = Duration::from_secs(5);

/// What a [`TlsStack`] is built from.
pub struct TlsParts {
    /// Native heap.
    pub heap: Heap,
    /// Counts TLS contexts.
    pub sockets: SocketTable,
    /// Budgets; none when the firmware is built without TLS.
    pub figures: Option<Tls>,
    /// All chance of the device's TLS.
    pub random: Stream,
    /// What the device believes the time is.
    pub utc: Arc<dyn Fn() -> Utc + Send + Sync>,
    /// Where evidence goes.
    pub recorder: Recorder,
    /// Where secrets go, for a capture.
    pub key_log: Option<Arc<dyn KeyLog>>,
}

/// What a device trusts at one moment.
#[derive(Clone, Debug)]
pub struct Trust {
    /// Its roots.
    pub roots: RootStore,
    /// How it checks.
    pub habits: TlsHabits,
    /// Whether its clock was set.
    pub clock_is_valid: bool,
}

/// The TLS library of one device; a cheap handle.
#[derive(Clone)]
pub struct TlsStack(Arc<Inner>);

struct Inner {
    heap: Heap,
    sockets: SocketTable,
    figures: Option<Tls>,
    utc: Arc<dyn Fn() -> Utc + Send + Sync>,
    recorder: Recorder,
    fixed: Fixed,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// What the library allocates at its first use.
    startup: Option<HeapBlock>,
    configs: Vec<(ConfigKey, Arc<ClientConfig>)>,
}

impl TlsStack {
    /// A library that was not used yet.
    #[must_use]
    pub fn new(parts: TlsParts) -> Self {
        let TlsParts { heap, sockets, figures, random, utc, recorder, key_log } = parts;
        let now = Arc::clone(&utc);
        let fixed = Fixed {
            provider: Arc::new(config::device_suites(&tls::provider(&random))),
            time: Arc::new(tls::Time::new(move || now())),
            key_log,
            pins: Pins::default(),
        };
        Self(Arc::new(Inner { heap, sockets, figures, utc, recorder, fixed, state: Mutex::default() }))
    }

    /// The device restarts. Sessions survive deep sleep when [`Resume::AcrossSleep`] kept them; nothing survives
    /// `power_lost`.
    pub fn reset(&self, power_lost: bool) {
        self.0.fixed.pins.lock().unwrap_or_else(PoisonError::into_inner).clear();
        let mut state = self.0.lock();
        state.configs.retain(|(key, _)| !power_lost && key.habits.resume == Resume::AcrossSleep);
        let startup = state.startup.take();
        drop(state);
        drop(startup);
    }

    /// Does a handshake for `host` over `io`, which is connected to it. Success and failure are recorded.
    ///
    /// # Errors
    /// See [`TlsError`]. `io` is closed then, after the alert that says why.
    pub async fn connect<S>(
        &self,
        io: S,
        host: &str,
        trust: &Trust,
        options: &TlsOptions,
    ) -> Result<SslStream<S>, TlsError>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let result = self.handshake(io, host, trust, options).await;
        self.0.recorder.record(match &result {
            Ok(stream) => DeviceEvent::TlsConnected {
                host: host.to_owned(),
                version: stream.version().to_owned(),
                suite: stream.suite().to_owned(),
                resumed: stream.is_resumed(),
            },
            Err(error) => failed(host, error),
        });
        result
    }

    /// Records that a connection failed before there was a byte stream to do the handshake over.
    pub(super) fn refuse_early(&self, host: &str, trust: &Trust) -> Result<(), TlsError> {
        let result = self.check_clock(trust);
        if let Err(error) = &result {
            self.0.recorder.record(failed(host, error));
        }
        result
    }

    fn check_clock(&self, trust: &Trust) -> Result<(), TlsError> {
        if trust.habits.require_clock && !trust.clock_is_valid {
            return Err(TlsError::ClockNotSet { shown: (self.0.utc)() });
        }
        Ok(())
    }

    async fn handshake<S>(
        &self,
        io: S,
        host: &str,
        trust: &Trust,
        options: &TlsOptions,
    ) -> Result<SslStream<S>, TlsError>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        self.check_clock(trust)?;
        let bad_host = |_| TlsError::BadHost { host: host.to_owned() };
        let name = ServerName::try_from(host.to_owned()).map_err(bad_host)?;
        let inner = &self.0;
        let context =
            inner.sockets.tls_context().map_err(|NoTlsContext { limit }| TlsError::NoContext { limit })?;
        let figures = inner.figures.ok_or(TlsError::NoContext { limit: 0 })?;
        check_own_chain(&figures, options.client.as_ref())?;
        inner.sockets.settle();
        inner.start_up(&figures)?;
        let memory = LinkMemory::set_up(&inner.heap, figures, &trust.roots, options.client.as_ref())?;
        let config = inner.config(&figures, trust, options)?;

        let link = Link::new(&figures, memory, &trust.habits);
        let guard = RecordGuard::new(io, Arc::clone(&link), &trust.habits);
        // rustls' own buffer would take 64 KiB that no heap has.
        let one_record =
            |connection: &mut ClientConnection| connection.set_buffer_limit(Some(figures.output));
        let connect = TlsConnector::from(config).connect_with(name, guard, one_record).into_fallible();
        let limit = options.timeout.or(trust.habits.handshake_timeout);
        let finished = within(limit, link.scope(connect)).await?;
        let stream = match finished {
            Ok(stream) => stream,
            Err((error, mut guard)) => {
                let error = link.failure().unwrap_or_else(|| TlsError::of(&error));
                let _ = tokio::time::timeout(FAREWELL, guard.shutdown()).await;
                return Err(error);
            }
        };
        let connection = stream.get_ref().1;
        let version = connection.protocol_version().unwrap_or(ProtocolVersion::TLSv1_2);
        let resumed = connection.handshake_kind() == Some(HandshakeKind::Resumed);
        let suite = connection.negotiated_cipher_suite().map(|suite| tls::suite_name(suite.suite()));
        link.settle(match version {
            ProtocolVersion::TLSv1_3 => Version::Tls13,
            _ => Version::Tls12,
        })?;
        if !resumed {
            // The processor's work, which rustls did in no time.
            tokio::time::sleep(figures.handshake_time).await;
        }
        Ok(SslStream::new(
            stream,
            Established {
                link,
                context,
                recorder: inner.recorder.clone(),
                host: host.to_owned(),
                version: tls::version_name(version),
                suite: suite.unwrap_or_default(),
                resumed,
                close_notify: trust.habits.close_notify,
                accept_truncation: trust.habits.accept_truncation,
                record_errors: trust.habits.record_errors,
            },
        ))
    }
}

impl Inner {
    fn start_up(&self, figures: &Tls) -> Result<(), OutOfMemory> {
        let mut state = self.lock();
        if state.startup.is_none() && figures.startup > 0 {
            state.startup = Some(self.heap.alloc(figures.startup, "tls-startup")?);
        }
        Ok(())
    }

    /// The configuration for these wishes; the same wishes get the same one, as resumption needs.
    fn config(
        &self,
        figures: &Tls,
        trust: &Trust,
        options: &TlsOptions,
    ) -> Result<Arc<ClientConfig>, TlsError> {
        let key = ConfigKey {
            habits: trust.habits.clone(),
            roots: trust.roots.clone(),
            client: options.client.clone(),
            versions: options.versions,
        };
        let mut state = self.lock();
        if let Some((_, config)) = state.configs.iter().find(|(known, _)| known.is(&key)) {
            return Ok(Arc::clone(config));
        }
        let config = Arc::new(config::build(&self.fixed, figures, &key)?);
        if state.configs.len() == CONFIGS {
            state.configs.remove(0);
        }
        state.configs.push((key, Arc::clone(&config)));
        Ok(config)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for TlsStack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TlsStack").field("figures", &self.0.figures).finish_non_exhaustive()
    }
}

/// Mbed TLS writes its certificate message in one piece.
fn check_own_chain(figures: &Tls, client: Option<&ClientIdentity>) -> Result<(), TlsError> {
    let Some(client) = client else { return Ok(()) };
    let bytes = certificate_message(Version::Tls12, client.chain.iter().map(|der| der.len()));
    let limit = figures.output;
    if bytes > limit {
        return Err(TlsError::RecordTooLarge { what: "own certificate message", bytes, limit });
    }
    Ok(())
}

async fn within<F: Future>(limit: Option<Duration>, handshake: F) -> Result<F::Output, TlsError> {
    let Some(limit) = limit else { return Ok(handshake.await) };
    let after_ms = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
    tokio::time::timeout(limit, handshake).await.map_err(|_| TlsError::Timeout { after_ms })
}

pub(super) fn failed(host: &str, error: &TlsError) -> DeviceEvent {
    DeviceEvent::TlsFailed {
        host: host.to_owned(),
        error: error.kind().to_owned(),
        detail: error.to_string(),
    }
}
