//! The cryptography of one party, with all its chance from one stream.

use std::fmt;
use std::sync::Arc;

use rustls::crypto::{CryptoProvider, GetRandomFailed, SecureRandom, ring};

use super::p256::P256;
use super::remembered::remembering;
use super::x25519::X25519;
use crate::Stream;

/// ring's cipher suites and verification, with randomness and key exchange from `stream`.
///
/// Groups: X25519, which is four times faster here, then P-256. Signing keys come from
/// elsewhere and must be deterministic too.
///
/// rustls wants these objects for ever, so about 100 bytes stay allocated after each call (and
/// `stream`, by its handle): call it once per stream and share what it returns.
#[must_use]
pub fn provider(stream: &Stream) -> Arc<CryptoProvider> {
    let mut provider = ring::default_provider();
    provider.secure_random = Box::leak(Box::new(Seeded(stream.clone())));
    provider.signature_verification_algorithms = remembering(provider.signature_verification_algorithms);
    provider.kx_groups =
        vec![Box::leak(Box::new(X25519(stream.clone()))), Box::leak(Box::new(P256(stream.clone())))];
    Arc::new(provider)
}

struct Seeded(Stream);

impl SecureRandom for Seeded {
    fn fill(&self, buf: &mut [u8]) -> Result<(), GetRandomFailed> {
        self.0.fill(buf);
        Ok(())
    }
}

impl fmt::Debug for Seeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seeded(..)")
    }
}
