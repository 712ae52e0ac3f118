//! Certificates that sign others.

use rcgen::{CertificateParams, Issuer};
use rustls_pki_types::CertificateDer;

use crate::KeyPair;

/// A certificate with its key, able to sign the next one.
pub(crate) struct Authority {
    params: CertificateParams,
    key: KeyPair,
    certificate: CertificateDer<'static>,
}

impl Authority {
    pub(crate) fn root(params: CertificateParams, key: KeyPair) -> Self {
        let certificate = params.self_signed(&key).expect(ENCODABLE).into();
        Self { params, key, certificate }
    }

    /// Signs `params` for `key`. No rule is checked here: a leaf can be made to sign too.
    pub(crate) fn issue(&self, params: CertificateParams, key: KeyPair) -> Self {
        let issuer = Issuer::from_params(&self.params, &self.key);
        let certificate = params.signed_by(&key, &issuer).expect(ENCODABLE).into();
        Self { params, key, certificate }
    }

    pub(crate) fn certificate(&self) -> &CertificateDer<'static> {
        &self.certificate
    }

    pub(crate) fn key(&self) -> &KeyPair {
        &self.key
    }
}

const ENCODABLE: &str = "names are checked before and P-256 signing cannot fail";
