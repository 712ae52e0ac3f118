//! Key exchange on NIST P-256 (RFC 8422 5.4, RFC 8446 4.2.8.2) with a seeded secret.

use std::fmt;

use p256::ecdh::diffie_hellman;
use p256::elliptic_curve::sec1::ToSec1Point as _;
use p256::{PublicKey, SecretKey};
use rustls::crypto::{ActiveKeyExchange, SharedSecret, SupportedKxGroup};
use rustls::ffdhe_groups::FfdheGroup;
use rustls::{Error, NamedGroup, PeerMisbehaved};

use crate::Stream;

/// Length of an uncompressed point.
const POINT: usize = 65;
/// First byte of an uncompressed point, the only form that TLS allows.
const UNCOMPRESSED: u8 = 4;

/// The group `secp256r1`.
pub(super) struct P256(pub(super) Stream);

impl SupportedKxGroup for P256 {
    fn start(&self) -> Result<Box<dyn ActiveKeyExchange>, Error> {
        let secret = loop {
            let mut bytes = [0; 32];
            self.0.fill(&mut bytes);
            // One draw in 2^32 is not below the order of the group.
            if let Ok(secret) = SecretKey::from_slice(&bytes) {
                break secret;
            }
        };
        let public = secret.public_key().to_sec1_point(false).as_bytes().to_vec();
        Ok(Box::new(Exchange { secret, public }))
    }

    fn ffdhe_group(&self) -> Option<FfdheGroup<'static>> {
        None
    }

    fn name(&self) -> NamedGroup {
        NamedGroup::secp256r1
    }
}

impl fmt::Debug for P256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("P256")
    }
}

struct Exchange {
    secret: SecretKey,
    public: Vec<u8>,
}

impl ActiveKeyExchange for Exchange {
    fn complete(self: Box<Self>, peer: &[u8]) -> Result<SharedSecret, Error> {
        if peer.len() != POINT || peer.first() != Some(&UNCOMPRESSED) {
            return Err(PeerMisbehaved::InvalidKeyShare.into());
        }
        // This checks that the point is on the curve.
        let peer = PublicKey::from_sec1_bytes(peer).map_err(|_| PeerMisbehaved::InvalidKeyShare)?;
        let shared = diffie_hellman(self.secret.to_nonzero_scalar(), peer.as_affine());
        Ok(SharedSecret::from(shared.raw_secret_bytes().as_slice()))
    }

    fn ffdhe_group(&self) -> Option<FfdheGroup<'static>> {
        None
    }

    fn pub_key(&self) -> &[u8] {
        &self.public
    }

    fn group(&self) -> NamedGroup {
        NamedGroup::secp256r1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Random;

    #[test]
    fn agrees_with_ring() {
        let seeded = P256(Random::new(1).stream("tls"));
        let ring = rustls::crypto::ring::kx_group::SECP256R1;
        let ours = seeded.start().unwrap();
        let theirs = ring.start().unwrap();
        let (our_key, their_key) = (ours.pub_key().to_vec(), theirs.pub_key().to_vec());
        let one = ours.complete(&their_key).unwrap();
        let two = theirs.complete(&our_key).unwrap();
        assert_eq!(one.secret_bytes(), two.secret_bytes());
    }

    #[test]
    fn peers_that_misbehave_are_refused() {
        let group = P256(Random::new(1).stream("tls"));
        let own = group.start().unwrap().pub_key().to_vec();
        let mut compressed = own[..33].to_vec();
        compressed[0] = 2 + (own[64] & 1);
        let mut off_curve = own.clone();
        off_curve[64] ^= 1;
        let mut infinity = vec![0];
        for bad in [&compressed, &off_curve, &own[..64].to_vec(), &infinity] {
            assert!(group.start().unwrap().complete(bad).is_err(), "{bad:?}");
        }
        infinity.resize(POINT, 0);
        assert!(group.start().unwrap().complete(&infinity).is_err());
        assert!(group.start().unwrap().complete(&own).is_ok());
    }
}
