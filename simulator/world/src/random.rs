//! Seeded chance, split by name.
//!
//! Every consumer draws from a stream of its own, so that one more draw in one place
//! (a frame on the link, say) does not change what all others see.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

/// The seed of a run, from which named streams are derived.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Random {
    seed: u64,
    secret: Option<[u8; 32]>,
}

impl Random {
    /// The chance of the run with this seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { seed, secret: None }
    }

    /// Chance that nobody can repeat or guess, for servers that strangers reach. `secret` comes from the operating system.
    #[must_use]
    pub const fn unguessable(secret: [u8; 32]) -> Self {
        Self { seed: 0, secret: Some(secret) }
    }

    /// The seed; 0 when nobody knows it.
    #[must_use]
    pub const fn seed(&self) -> u64 {
        self.seed
    }

    /// A stream that depends on the seed and `name` only. Asking twice gives two streams
    /// with the same content: use one name for one purpose.
    #[must_use]
    pub fn stream(&self, name: &str) -> Stream {
        let mut hash = Sha256::new();
        hash.update(b"nanorig stream 1\0");
        hash.update(self.seed.to_le_bytes());
        if let Some(secret) = self.secret {
            hash.update(secret);
        }
        hash.update(name.as_bytes());
        Stream { rng: Arc::new(Mutex::new(ChaCha20Rng::from_seed(hash.finalize().into()))) }
    }
}

impl fmt::Debug for Random {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Random").field("seed", &self.seed).finish_non_exhaustive()
    }
}

/// One independent stream of ChaCha20 output. Clones share its position.
#[derive(Clone)]
pub struct Stream {
    rng: Arc<Mutex<ChaCha20Rng>>,
}

impl Stream {
    /// Fills `out`.
    pub fn fill(&self, out: &mut [u8]) {
        self.lock().fill_bytes(out);
    }

    /// Any value.
    #[must_use]
    pub fn u64(&self) -> u64 {
        self.lock().next_u64()
    }

    /// Any value.
    #[must_use]
    pub fn u32(&self) -> u32 {
        self.lock().next_u32()
    }

    /// A value below `bound`, each equally likely; 0 when `bound` is 0.
    #[must_use]
    pub fn below(&self, bound: u64) -> u64 {
        if bound == 0 {
            return 0;
        }
        // Lemire's multiplication with rejection of the biased rest.
        let reject = bound.wrapping_neg() % bound;
        let mut rng = self.lock();
        loop {
            let product = u128::from(rng.next_u64()) * u128::from(bound);
            let (high, low) = ((product >> 64) as u64, product as u64);
            if low >= reject {
                return high;
            }
        }
    }

    /// A value in `0.0..1.0` with 53 random bits.
    #[must_use]
    pub fn unit(&self) -> f64 {
        (self.u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// True with probability `share`. Draws nothing when the answer is certain, so a link
    /// without loss does not move the stream.
    #[must_use]
    pub fn chance(&self, share: f64) -> bool {
        if share <= 0.0 {
            false
        } else if share >= 1.0 {
            true
        } else {
            self.unit() < share
        }
    }

    /// A duration in `0..=most`, in whole microseconds; draws nothing when `most` is zero.
    #[must_use]
    pub fn up_to(&self, most: std::time::Duration) -> std::time::Duration {
        let micros = u64::try_from(most.as_micros()).unwrap_or(u64::MAX - 1);
        if micros == 0 {
            return std::time::Duration::ZERO;
        }
        std::time::Duration::from_micros(self.below(micros.saturating_add(1)))
    }

    /// A panic elsewhere leaves the generator in a valid state, so it stays usable.
    fn lock(&self) -> MutexGuard<'_, ChaCha20Rng> {
        self.rng.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Says nothing about the state: keys are drawn from it.
impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stream(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_depend_on_seed_and_name_only() {
        let first = Random::new(41).stream("link").u64();
        let random = Random::new(41);
        let _ = random.stream("tls").u64();
        assert_eq!(random.stream("link").u64(), first, "other streams do not disturb");
        assert_ne!(random.stream("tls").u64(), first);
        assert_ne!(Random::new(42).stream("link").u64(), first);
    }

    #[test]
    fn a_secret_makes_other_streams_and_is_not_shown() {
        let secret = Random::unguessable([7; 32]);
        assert_ne!(secret.stream("x").u64(), Random::new(0).stream("x").u64());
        assert_ne!(secret.stream("x").u64(), Random::unguessable([8; 32]).stream("x").u64());
        assert_eq!(format!("{secret:?}"), "Random { seed: 0, .. }");
    }

    #[test]
    fn a_clone_continues_where_the_other_stopped() {
        let fresh = Random::new(1).stream("x");
        let (a, b) = (fresh.u64(), fresh.u64());
        let one = Random::new(1).stream("x");
        let two = one.clone();
        assert_eq!((one.u64(), two.u64()), (a, b));
    }

    #[test]
    fn below_covers_its_range_evenly() {
        let stream = Random::new(7).stream("x");
        let mut counts = [0u32; 6];
        for _ in 0..6_000 {
            counts[stream.below(6) as usize] += 1;
        }
        assert!(counts.iter().all(|n| (850..1_150).contains(n)), "{counts:?}");
        assert_eq!(stream.below(0), 0);
        assert_eq!(stream.below(1), 0);
    }

    #[test]
    fn certain_chances_draw_nothing() {
        let stream = Random::new(7).stream("x");
        let other = Random::new(7).stream("x");
        assert!(!stream.chance(0.0) && stream.chance(1.0) && !stream.chance(f64::NEG_INFINITY));
        assert_eq!(stream.up_to(std::time::Duration::ZERO), std::time::Duration::ZERO);
        assert_eq!(stream.u64(), other.u64());
    }
}
