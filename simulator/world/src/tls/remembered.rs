//! Signatures of certificates that were found good already.
//!
//! A device sees the same few chains at every connection, and checking their signatures would be most of the
//! processor time of a simulated handshake. The answer is a function of the bytes, so remembering it changes
//! nothing but that time. Signatures of handshakes never come twice and are not remembered.

use std::collections::BTreeSet;
use std::sync::{LazyLock, Mutex, PoisonError};

use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::crypto::ring;
use rustls::pki_types::{AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm};

/// Signatures that are kept; then all are forgotten, so that a fleet whose devices have certificates of their
/// own does not make the list grow. About 1 KB each.
const KEPT: usize = 64;

/// What was checked: the number of the algorithm, and all that went into the check.
type Checked = (usize, Vec<u8>, Vec<u8>, Vec<u8>);

static GOOD: Mutex<BTreeSet<Checked>> = Mutex::new(BTreeSet::new());

/// ring's algorithms for the signatures of certificates, with a memory that all providers share.
static ALL: LazyLock<Vec<&'static dyn SignatureVerificationAlgorithm>> = LazyLock::new(|| {
    let all = ring::default_provider().signature_verification_algorithms.all.iter();
    all.enumerate().map(|(number, &inner)| &*Box::leak(Box::new(Remembered { number, inner })) as _).collect()
});

/// Lets `algorithms`, which are ring's, remember the signatures of certificates.
pub(super) fn remembering(algorithms: WebPkiSupportedAlgorithms) -> WebPkiSupportedAlgorithms {
    WebPkiSupportedAlgorithms { all: &ALL, ..algorithms }
}

#[derive(Debug)]
struct Remembered {
    number: usize,
    inner: &'static dyn SignatureVerificationAlgorithm,
}

impl SignatureVerificationAlgorithm for Remembered {
    fn verify_signature(
        &self,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let checked = (self.number, signature.to_vec(), public_key.to_vec(), message.to_vec());
        // A set of whole entries stays whole, whoever panicked.
        let lock = || GOOD.lock().unwrap_or_else(PoisonError::into_inner);
        if lock().contains(&checked) {
            return Ok(());
        }
        self.inner.verify_signature(public_key, message, signature)?;
        let mut good = lock();
        if good.len() >= KEPT {
            good.clear();
        }
        good.insert(checked);
        Ok(())
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        self.inner.public_key_alg_id()
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        self.inner.signature_alg_id()
    }
}

#[cfg(test)]
mod tests {
    use nanorig_certs::{ChainKind, Pki, RootName};
    use rustls::pki_types::UnixTime;
    use rustls::server::ParsedCertificate;
    use rustls::{CertificateError, Error, RootCertStore};

    use super::*;

    const NOW: i64 = 1_772_000_000;

    /// Verifies a chain twice whose leaf is changed by `change`.
    fn verify(change: impl Fn(&mut Vec<u8>)) -> [Result<(), Error>; 2] {
        let pki = Pki::new(NOW);
        let chain = pki.server(ChainKind::Good, RootName::G2, &["hub.example"]).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(pki.root(RootName::G2)).unwrap();
        let mut leaf = chain.certificates[0].to_vec();
        change(&mut leaf);
        let leaf = leaf.into();
        let leaf = ParsedCertificate::try_from(&leaf).unwrap();
        let algorithms = remembering(ring::default_provider().signature_verification_algorithms).all;
        let now = UnixTime::since_unix_epoch(std::time::Duration::from_secs(NOW.unsigned_abs()));
        [(); 2].map(|()| {
            let rest = &chain.certificates[1..];
            rustls::client::verify_server_cert_signed_by_trust_anchor(&leaf, &roots, rest, now, algorithms)
        })
    }

    #[test]
    fn a_good_chain_stays_good_and_a_changed_one_bad() {
        assert_eq!(verify(|_| ()), [Ok(()), Ok(())]);
        let bad = Err(Error::InvalidCertificate(CertificateError::BadSignature));
        let changed = verify(|leaf| *leaf.last_mut().unwrap() ^= 1);
        assert_eq!(changed, [bad.clone(), bad]);
        assert_eq!(verify(|_| ()), [Ok(()), Ok(())]);
    }

    #[test]
    fn every_algorithm_is_there_in_its_order() {
        let ring = ring::default_provider().signature_verification_algorithms;
        let ids = |all: &[&dyn SignatureVerificationAlgorithm]| -> Vec<_> {
            all.iter().map(|one| (one.public_key_alg_id(), one.signature_alg_id())).collect()
        };
        assert_eq!(ids(remembering(ring).all), ids(ring.all));
    }
}
