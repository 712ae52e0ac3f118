//! A key whose signatures are damaged on their way out.

use std::sync::Arc;

use rustls::sign::{Signer, SigningKey};
use rustls::{SignatureAlgorithm, SignatureScheme};
use rustls_pki_types::SubjectPublicKeyInfoDer;

/// Signs as the key inside does, and flips one bit of each signature.
#[derive(Debug)]
pub(crate) struct DamagedSignatures(pub(crate) Arc<dyn SigningKey>);

impl SigningKey for DamagedSignatures {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        self.0.choose_scheme(offered).map(|signer| Box::new(DamagedSigner(signer)) as Box<dyn Signer>)
    }

    fn public_key(&self) -> Option<SubjectPublicKeyInfoDer<'_>> {
        self.0.public_key()
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        self.0.algorithm()
    }
}

#[derive(Debug)]
struct DamagedSigner(Box<dyn Signer>);

impl Signer for DamagedSigner {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rustls::Error> {
        let mut signature = self.0.sign(message)?;
        // The last byte belongs to a number of the signature, so that its form stays right.
        if let Some(last) = signature.last_mut() {
            *last ^= 1;
        }
        Ok(signature)
    }

    fn scheme(&self) -> SignatureScheme {
        self.0.scheme()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::KeyPair;

    #[test]
    fn one_bit_is_flipped_and_the_public_key_stays() {
        let key = KeyPair::from_seed([7; 32]).rustls_key();
        let damaged = DamagedSignatures(Arc::clone(&key));
        assert_eq!(damaged.public_key(), key.public_key());
        let sign = |key: &dyn SigningKey| {
            let offered = [SignatureScheme::ECDSA_NISTP256_SHA256];
            key.choose_scheme(&offered).unwrap().sign(b"sample").unwrap()
        };
        let (good, bad) = (sign(&*key), sign(&damaged));
        let bits: u32 = good.iter().zip(&bad).map(|(one, other)| (one ^ other).count_ones()).sum();
        assert_eq!((good.len(), bits), (bad.len(), 1));
    }
}
