//! Key exchange on Curve25519 (RFC 7748) with a seeded secret.
//!
//! Both ends of a simulated connection are in this process, and the second end finds what the first one
//! computed: the secret belongs to the pair of public keys, whoever asks. That halves the processor time of
//! the exchange and changes nothing else.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use rustls::crypto::{ActiveKeyExchange, SharedSecret, SupportedKxGroup};
use rustls::ffdhe_groups::FfdheGroup;
use rustls::{Error, NamedGroup, PeerMisbehaved};
use x25519_dalek::{PublicKey, StaticSecret};

use crate::Stream;

/// Exchanges whose other end is still to come. That of a peer on the host never does, so old ones go.
const WAITING: usize = 16;

/// The public keys of a pair, the smaller first, and the secret that they share.
type Exchanged = ([[u8; 32]; 2], [u8; 32]);

static EXCHANGED: Mutex<VecDeque<Exchanged>> = Mutex::new(VecDeque::new());

/// The group `x25519`.
pub(super) struct X25519(pub(super) Stream);

impl SupportedKxGroup for X25519 {
    fn start(&self) -> Result<Box<dyn ActiveKeyExchange>, Error> {
        let mut bytes = [0; 32];
        self.0.fill(&mut bytes);
        let secret = StaticSecret::from(bytes);
        let public = PublicKey::from(&secret);
        Ok(Box::new(Exchange { secret, public }))
    }

    fn ffdhe_group(&self) -> Option<FfdheGroup<'static>> {
        None
    }

    fn name(&self) -> NamedGroup {
        NamedGroup::X25519
    }
}

impl fmt::Debug for X25519 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("X25519")
    }
}

struct Exchange {
    secret: StaticSecret,
    public: PublicKey,
}

impl ActiveKeyExchange for Exchange {
    fn complete(self: Box<Self>, peer: &[u8]) -> Result<SharedSecret, Error> {
        let peer: [u8; 32] = peer.try_into().map_err(|_| PeerMisbehaved::InvalidKeyShare)?;
        let mut pair = [self.public.to_bytes(), peer];
        pair.sort_unstable();
        // A list of whole entries stays whole, whoever panicked.
        let lock = || EXCHANGED.lock().unwrap_or_else(PoisonError::into_inner);
        let mut waiting = lock();
        if let Some(at) = waiting.iter().position(|(known, _)| *known == pair)
            && let Some((_, secret)) = waiting.remove(at)
        {
            return Ok(SharedSecret::from(secret.as_slice()));
        }
        drop(waiting);
        let shared = self.secret.diffie_hellman(&PublicKey::from(peer));
        // RFC 8446 7.4.2: an all-zero result means a point of small order.
        if !shared.was_contributory() {
            return Err(PeerMisbehaved::InvalidKeyShare.into());
        }
        let mut waiting = lock();
        if waiting.len() >= WAITING {
            waiting.pop_front();
        }
        waiting.push_back((pair, shared.to_bytes()));
        Ok(SharedSecret::from(shared.as_bytes().as_slice()))
    }

    fn ffdhe_group(&self) -> Option<FfdheGroup<'static>> {
        None
    }

    fn pub_key(&self) -> &[u8] {
        self.public.as_bytes()
    }

    fn group(&self) -> NamedGroup {
        NamedGroup::X25519
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Random;

    fn hex(text: &str) -> Vec<u8> {
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
    }

    /// RFC 7748 6.1: Bob's secret with Alice's public key.
    #[test]
    fn agrees_as_rfc_7748_says() {
        let bob: [u8; 32] =
            hex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb").try_into().unwrap();
        let secret = StaticSecret::from(bob);
        let public = PublicKey::from(&secret);
        let exchange = Box::new(Exchange { secret, public });
        assert_eq!(
            exchange.pub_key(),
            hex("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f")
        );
        let alice = hex("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
        assert_eq!(
            exchange.complete(&alice).unwrap().secret_bytes(),
            hex("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742")
        );
    }

    #[test]
    fn both_ends_share_a_secret_which_no_other_pair_has() {
        let group = X25519(Random::new(2).stream("tls"));
        let [device, server, other] = [(); 3].map(|()| group.start().unwrap());
        let keys = [&device, &server, &other].map(|end| end.pub_key().to_vec());
        let at_server = server.complete(&keys[0]).unwrap();
        let with_other = other.complete(&keys[1]).unwrap();
        let at_device = device.complete(&keys[1]).unwrap();
        assert_eq!(at_device.secret_bytes(), at_server.secret_bytes());
        assert_ne!(at_device.secret_bytes(), with_other.secret_bytes());
    }

    #[test]
    fn peers_that_misbehave_are_refused() {
        let group = X25519(Random::new(1).stream("tls"));
        for bad in [&[0u8; 32][..], &[9; 31], &[9; 33], &[]] {
            assert!(group.start().unwrap().complete(bad).is_err(), "{bad:?}");
        }
    }
}
