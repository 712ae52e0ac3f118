//! Certificates that devices present.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use rustls_pki_types::CertificateDer;

use crate::{KeyPair, pem_text, sha1_thumbprint, sha256_thumbprint};

macro_rules! client_kinds {
    ($($variant:ident = $name:literal, $summary:literal;)+) => {
        /// A kind of client certificate.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum ClientKind {
            $(#[doc = $summary] $variant,)+
        }

        impl ClientKind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The name used in scenarios.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// What the certificate is, in a sentence.
            #[must_use]
            pub const fn summary(self) -> &'static str {
                match self { $(Self::$variant => $summary,)+ }
            }
        }
    };
}

client_kinds! {
    SelfSigned = "self-signed", "Signed by its own key, known to the service by its thumbprint.";
    SelfSignedSecondary = "self-signed-secondary", "As `self-signed` with another key: the device's secondary certificate.";
    GroupSigned = "group-signed", "Issued by the group CA, sent alone.";
    GroupIntermediate = "group-intermediate", "Issued by an intermediate under the group CA, sent with it.";
    Expired = "expired", "Issued by the group CA, expired a day ago.";
    NotYetValid = "not-yet-valid", "Issued by the group CA, becomes valid tomorrow.";
    UnknownCa = "unknown-ca", "Issued by a CA that is registered nowhere.";
}

impl fmt::Display for ClientKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// No kind of client certificate has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no kind of client certificate is called `{0}`")]
pub struct UnknownClientKind(pub String);

impl FromStr for ClientKind {
    type Err = UnknownClientKind;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|kind| kind.name() == text)
            .ok_or_else(|| UnknownClientKind(text.to_owned()))
    }
}

/// A client certificate with its key. `Debug` shows no secret.
#[derive(Clone, Debug)]
pub struct ClientIdentity {
    /// Common name of the leaf's subject.
    pub common_name: String,
    /// The leaf first, then the intermediates that are sent with it.
    pub chain: Vec<CertificateDer<'static>>,
    /// The leaf's key.
    pub key: KeyPair,
}

impl ClientIdentity {
    /// The leaf.
    ///
    /// # Panics
    /// When `chain` was emptied.
    #[must_use]
    pub fn leaf(&self) -> &CertificateDer<'static> {
        self.chain.first().expect("an identity has a leaf")
    }

    /// SHA-1 of the leaf, as the hub stores it.
    #[must_use]
    pub fn sha1_thumbprint(&self) -> String {
        sha1_thumbprint(self.leaf())
    }

    /// SHA-256 of the leaf, as the hub stores it.
    #[must_use]
    pub fn sha256_thumbprint(&self) -> String {
        sha256_thumbprint(self.leaf())
    }

    /// Chain and key for rustls' configurations.
    #[must_use]
    pub fn certified_key(&self) -> Arc<rustls::sign::CertifiedKey> {
        Arc::new(rustls::sign::CertifiedKey::new(self.chain.clone(), self.key.rustls_key()))
    }

    /// The chain as PEM text, leaf first.
    #[must_use]
    pub fn chain_pem(&self) -> String {
        pem_text::certificates(self.chain.iter().map(AsRef::as_ref))
    }

    /// The private key, PKCS #8 PEM. A secret.
    #[must_use]
    pub fn key_pem(&self) -> String {
        self.key.private_key_pem()
    }
}
