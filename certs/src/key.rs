//! P-256 keys that follow from a seed and sign without chance (RFC 6979).
//!
//! ring signs with its own randomness, so a handshake signed by it differs from
//! run to run. This key serves rcgen (certificates) and rustls (handshakes).

use std::fmt;
use std::sync::Arc;

use p256::SecretKey;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{DerSignature, SigningKey};
use p256::pkcs8::EncodePrivateKey as _;
use rustls::{SignatureAlgorithm, SignatureScheme};
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer, SubjectPublicKeyInfoDer};
use sha2::{Digest as _, Sha256};

use crate::pem_text;

/// A P-256 key pair. Cheap to clone; its `Debug` shows the public key only.
#[derive(Clone)]
pub struct KeyPair(Arc<Inner>);

struct Inner {
    signing: SigningKey,
    /// Uncompressed point of SEC 1 2.3.3, 65 bytes.
    point: Vec<u8>,
    /// SubjectPublicKeyInfo of RFC 5480, DER.
    public_key_info: Vec<u8>,
}

impl KeyPair {
    /// The key pair of `seed`: the seed itself as the secret scalar, or, when it is 0 or
    /// not below the order of the group, the first of its repeated SHA-256 that can be one.
    #[must_use]
    pub fn from_seed(seed: [u8; 32]) -> Self {
        let mut candidate = seed;
        loop {
            // All but one in 2^32 candidates are valid, so this ends.
            match SigningKey::from_slice(&candidate) {
                Ok(signing) => return Self::new(signing),
                Err(_) => candidate = Sha256::digest(candidate).into(),
            }
        }
    }

    /// The key pair that `label` names under `secret`.
    pub(crate) fn derive(secret: &[u8; 32], label: &str) -> Self {
        let seed = Sha256::new().chain_update(secret).chain_update(b"key\0").chain_update(label).finalize();
        Self::from_seed(seed.into())
    }

    fn new(signing: SigningKey) -> Self {
        let point = signing.verifying_key().to_sec1_point(false).as_bytes().to_vec();
        let mut inner = Inner { signing, point, public_key_info: Vec::new() };
        inner.public_key_info = rcgen::PublicKeyData::subject_public_key_info(&inner);
        Self(Arc::new(inner))
    }

    /// The public key as an uncompressed point (SEC 1 2.3.3), 65 bytes.
    #[must_use]
    pub fn public_point(&self) -> &[u8] {
        &self.0.point
    }

    /// The key for rustls' configurations.
    #[must_use]
    pub fn rustls_key(&self) -> Arc<dyn rustls::sign::SigningKey> {
        Arc::new(self.clone())
    }

    /// The private key, PKCS #8 DER.
    #[must_use]
    pub fn private_key_der(&self) -> PrivateKeyDer<'static> {
        let secret = SecretKey::from(self.0.signing.as_nonzero_scalar());
        let document = secret.to_pkcs8_der().expect("a P-256 key always encodes");
        PrivatePkcs8KeyDer::from(document.as_bytes().to_vec()).into()
    }

    /// The private key, PKCS #8 PEM.
    #[must_use]
    pub fn private_key_pem(&self) -> String {
        pem_text::encode("PRIVATE KEY", [self.private_key_der().secret_der()])
    }

    fn sign_der(&self, message: &[u8]) -> Vec<u8> {
        let signature: DerSignature = self.0.signing.sign(message);
        signature.as_bytes().to_vec()
    }
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyPair(p256, public ")?;
        self.0.point.iter().skip(1).take(8).try_for_each(|byte| write!(f, "{byte:02x}"))?;
        write!(f, "..)")
    }
}

impl rcgen::PublicKeyData for Inner {
    fn der_bytes(&self) -> &[u8] {
        &self.point
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        &rcgen::PKCS_ECDSA_P256_SHA256
    }
}

impl rcgen::PublicKeyData for KeyPair {
    fn der_bytes(&self) -> &[u8] {
        &self.0.point
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        &rcgen::PKCS_ECDSA_P256_SHA256
    }
}

impl rcgen::SigningKey for KeyPair {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        Ok(self.sign_der(message))
    }
}

impl rustls::sign::SigningKey for KeyPair {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn rustls::sign::Signer>> {
        offered
            .contains(&SignatureScheme::ECDSA_NISTP256_SHA256)
            .then(|| Box::new(self.clone()) as Box<dyn rustls::sign::Signer>)
    }

    fn public_key(&self) -> Option<SubjectPublicKeyInfoDer<'_>> {
        Some(SubjectPublicKeyInfoDer::from(self.0.public_key_info.as_slice()))
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        SignatureAlgorithm::ECDSA
    }
}

impl rustls::sign::Signer for KeyPair {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rustls::Error> {
        Ok(self.sign_der(message))
    }

    fn scheme(&self) -> SignatureScheme {
        SignatureScheme::ECDSA_NISTP256_SHA256
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
    }

    /// RFC 6979 A.2.5, curve NIST P-256, SHA-256, message "sample".
    #[test]
    fn signs_as_rfc_6979_says() {
        let secret = hex("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721");
        let key = KeyPair::from_seed(secret.try_into().unwrap());
        assert_eq!(
            key.public_point()[1..33],
            hex("60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6")
        );
        let signature = key.sign_der(b"sample");
        // SEQUENCE { INTEGER 00 || r, INTEGER 00 || s }: both start with a set bit.
        let mut expected = vec![0x30, 0x46, 0x02, 0x21, 0x00];
        expected.extend(hex("EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"));
        expected.extend([0x02, 0x21, 0x00]);
        expected.extend(hex("F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"));
        assert_eq!(signature, expected);
    }

    #[test]
    fn a_seed_that_is_no_scalar_still_gives_a_key() {
        let zero = KeyPair::from_seed([0; 32]);
        let too_large = KeyPair::from_seed([0xff; 32]);
        assert_ne!(zero.public_point(), too_large.public_point());
    }

    #[test]
    fn debug_does_not_show_the_secret() {
        let key = KeyPair::from_seed([7; 32]);
        let text = format!("{key:?}");
        assert!(!text.contains("0707"), "{text}");
        assert!(text.len() < 50, "{text}");
    }

    #[test]
    fn offers_the_one_scheme_it_can_sign_with() {
        let key = KeyPair::from_seed([7; 32]).rustls_key();
        assert!(key.choose_scheme(&[SignatureScheme::RSA_PSS_SHA256]).is_none());
        let both = [SignatureScheme::RSA_PSS_SHA256, SignatureScheme::ECDSA_NISTP256_SHA256];
        assert_eq!(key.choose_scheme(&both).unwrap().scheme(), SignatureScheme::ECDSA_NISTP256_SHA256);
    }

    #[test]
    fn private_key_is_readable_by_ring() {
        let key = KeyPair::from_seed([7; 32]);
        let loaded = rustls::crypto::ring::sign::any_ecdsa_type(
            &rustls_pki_types::pem::PemObject::from_pem_slice(key.private_key_pem().as_bytes()).unwrap(),
        )
        .unwrap();
        assert_eq!(loaded.public_key(), key.rustls_key().public_key());
    }
}
