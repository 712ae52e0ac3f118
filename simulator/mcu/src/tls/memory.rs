//! The heap of one connection, through its life.
//!
//! The figures were measured on Mbed TLS and stand in the profile: contexts and
//! record buffers when the connection is set up, a peak during the handshake, and what
//! an established connection keeps. The protocol itself runs in the host's memory.

use nanorig_certs::ClientIdentity;
use rustls_pki_types::CertificateDer;

use super::roots::RootStore;
use crate::heap::{Heap, HeapBlock, OutOfMemory};
use crate::profile::Tls;

/// All but record buffers is many small things; none of them is larger than this.
const PIECE: usize = 2_048;
/// Certificates in the chain that peak and steady were measured with.
const MEASURED_CERTIFICATES: usize = 2;

/// TLS version, as far as memory and records are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    Tls12,
    Tls13,
}

/// The blocks of one connection; dropping it frees them.
pub(super) struct LinkMemory {
    heap: Heap,
    figures: Tls,
    client: bool,
    /// What the presented chain takes beyond the measured one.
    chain_extra: usize,
    input: HeapBlock,
    _output: HeapBlock,
    _contexts: Vec<HeapBlock>,
    _certificates: Vec<HeapBlock>,
    /// Gone when the handshake is over.
    handshake: Vec<HeapBlock>,
    /// There when the handshake is over.
    _session: Vec<HeapBlock>,
}

impl LinkMemory {
    /// Contexts, certificates and record buffers, in the order in which the firmware allocates them.
    pub(super) fn set_up(
        heap: &Heap,
        figures: Tls,
        roots: &RootStore,
        client: Option<&ClientIdentity>,
    ) -> Result<Self, OutOfMemory> {
        let contexts = pieces(heap, figures.contexts_size, "tls-contexts")?;
        // The measurements have one root in them; every further one is parsed for each connection.
        let roots: usize = roots.sizes().skip(1).map(|der| der + figures.certificate).sum();
        let mut certificates = pieces(heap, roots, "tls-roots")?;
        if client.is_some() {
            certificates.extend(pieces(heap, figures.steady_client, "tls-own-certificate")?);
        }
        let input = heap.alloc(figures.input + figures.buffer_overhead, "tls-input")?;
        let output = heap.alloc(figures.output + figures.buffer_overhead, "tls-output")?;
        let handshake = pieces(heap, figures.handshake_setup, "tls-handshake")?;
        Ok(Self {
            heap: heap.clone(),
            figures,
            client: client.is_some(),
            chain_extra: 0,
            input,
            _output: output,
            _contexts: contexts,
            _certificates: certificates,
            handshake,
            _session: Vec::new(),
        })
    }

    /// The server's certificates arrived: the handshake is at its peak.
    pub(super) fn peak(
        &mut self,
        version: Version,
        chain: &[&CertificateDer<'_>],
    ) -> Result<(), OutOfMemory> {
        let figures = &self.figures;
        let parsed: usize = chain.iter().map(|der| der.len() + figures.certificate).sum();
        let measured = figures.measured_chain + MEASURED_CERTIFICATES * figures.certificate;
        self.chain_extra = parsed.saturating_sub(measured);
        let mut bytes = self.chain_extra
            + match version {
                Version::Tls12 => figures.handshake_12,
                Version::Tls13 => figures.handshake_13,
            };
        if self.client {
            bytes += figures.handshake_client.saturating_sub(figures.steady_client);
        }
        self.handshake.extend(pieces(&self.heap, bytes, "tls-handshake")?);
        Ok(())
    }

    /// The handshake is over: what it needed goes, what the session needs stays.
    pub(super) fn settle(&mut self, version: Version) -> Result<(), OutOfMemory> {
        self.handshake.clear();
        let bytes = match version {
            Version::Tls12 => self.figures.steady_12,
            Version::Tls13 => self.figures.steady_13,
        };
        self._session = pieces(&self.heap, bytes + self.chain_extra, "tls-session")?;
        if version == Version::Tls12 && self.figures.variable_buffers {
            let smaller = self.figures.output + self.figures.buffer_overhead;
            // As MBEDTLS_SSL_VARIABLE_BUFFER_LENGTH does: a new block, then the old one goes; without
            // room for both, the large one stays.
            if smaller < self.input.bytes()
                && let Ok(block) = self.heap.alloc(smaller, "tls-input")
            {
                self.input = block;
            }
        }
        Ok(())
    }
}

fn pieces(heap: &Heap, bytes: usize, what: &'static str) -> Result<Vec<HeapBlock>, OutOfMemory> {
    let whole = std::iter::repeat_n(PIECE, bytes / PIECE);
    let rest = Some(bytes % PIECE).filter(|rest| *rest > 0);
    whole.chain(rest).map(|piece| heap.alloc(piece, what)).collect()
}
