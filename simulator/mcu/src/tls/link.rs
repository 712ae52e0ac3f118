//! What the parts of one connection share: memory, record limits and the first failure.
//!
//! rustls' configuration is shared by all connections (a session can only be resumed with the one
//! that made it), so its verifier cannot own a connection's state. The handshake runs in a
//! scope in which [`current`] finds it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustls_pki_types::CertificateDer;

use super::TlsError;
use super::memory::{LinkMemory, Version};
use super::record::{Records, TooLarge};
use crate::habits::TlsHabits;
use crate::heap::OutOfMemory;
use crate::profile::Tls;

tokio::task_local! {
    static LINK: Arc<Link>;
}

/// One connection.
pub(super) struct Link {
    input_limit: usize,
    reassembles: bool,
    state: Mutex<State>,
}

struct State {
    memory: LinkMemory,
    records: Records,
    failure: Option<TlsError>,
}

impl Link {
    pub(super) fn new(figures: &Tls, memory: LinkMemory, habits: &TlsHabits) -> Arc<Self> {
        let state = State { memory, records: Records::new(figures), failure: None };
        Arc::new(Self {
            input_limit: figures.input,
            reassembles: habits.reassemble_handshake,
            state: Mutex::new(state),
        })
    }

    /// Runs a handshake so that its verifier finds this connection.
    pub(super) async fn scope<F: Future>(self: &Arc<Self>, handshake: F) -> F::Output {
        LINK.scope(Arc::clone(self), handshake).await
    }

    /// What ended the connection, if the device's budgets did.
    pub(super) fn failure(&self) -> Option<TlsError> {
        self.lock().failure.clone()
    }

    /// Inbound bytes.
    pub(super) fn feed(&self, bytes: &[u8]) -> Result<(), TooLarge> {
        let mut state = self.lock();
        let result = state.records.feed(bytes);
        if let Err(TooLarge { error, .. }) = &result {
            state.failure = Some(error.clone());
        }
        result
    }

    /// The number of the record that has begun and is not whole yet.
    pub(super) fn unfinished(&self) -> Option<u64> {
        self.lock().records.unfinished()
    }

    /// The connection cannot go on.
    pub(super) fn fail(&self, error: TlsError) {
        self.lock().failure = Some(error);
    }

    /// The server's certificates, leaf first: they must fit the buffer and the heap.
    pub(super) fn certificates(&self, chain: &[&CertificateDer<'_>]) -> Result<(), TlsError> {
        let mut state = self.lock();
        let version = state.records.version().unwrap_or(Version::Tls12);
        let bytes = certificate_message(version, chain.iter().map(|der| der.len()));
        let limit = self.input_limit;
        let result = if bytes > limit {
            // Mbed TLS reads a handshake message in one piece.
            Err(TlsError::RecordTooLarge { what: "certificate message", bytes, limit })
        } else if !self.reassembles && bytes > state.records.longest() {
            Err(TlsError::Protocol { detail: "a handshake message is spread over several records".into() })
        } else {
            state.memory.peak(version, chain).map_err(TlsError::from)
        };
        if let Err(error) = &result {
            state.failure = Some(error.clone());
        }
        result
    }

    /// The handshake is over.
    pub(super) fn settle(&self, version: Version) -> Result<(), OutOfMemory> {
        self.lock().memory.settle(version)
    }

    /// No code panics while it holds the lock, so that a poisoned state is still whole.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Link").field("failure", &self.failure()).finish_non_exhaustive()
    }
}

/// The connection whose handshake is running.
pub(super) fn current() -> Option<Arc<Link>> {
    LINK.try_with(Arc::clone).ok()
}

/// Size of a Certificate message with its handshake header (RFC 5246 7.4.2, RFC 8446 4.4.2 with empty context and
/// extensions).
pub(super) fn certificate_message(version: Version, sizes: impl Iterator<Item = usize>) -> usize {
    let (fixed, each) = match version {
        Version::Tls12 => (4 + 3, 3),
        Version::Tls13 => (4 + 1 + 3, 3 + 2),
    };
    fixed + sizes.map(|der| der + each).sum::<usize>()
}
