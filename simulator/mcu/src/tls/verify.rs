//! How the device judges a server's certificate.
//!
//! The steps are those of rustls' WebPKI verifier; each can be left out by a habit. Two
//! things are Mbed TLS': a certificate message must fit the buffers, and an expired root vouches for nobody.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::server::{ParsedCertificate, WebPkiClientVerifier};
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

use super::{RootStore, certificate, link};
use crate::habits::{NameMatch, TlsHabits};

/// Chains have a leaf, some intermediates and thus few dates; more changes of the date than this mean that no
/// date suits them all.
const DATES: usize = 8;

/// First leaf of each host.
pub(super) type Pins = Arc<Mutex<BTreeMap<String, CertificateDer<'static>>>>;

/// The device's verifier.
#[derive(Debug)]
pub(super) struct DeviceVerifier {
    pub(super) habits: TlsHabits,
    pub(super) roots: RootStore,
    pub(super) provider: Arc<CryptoProvider>,
    pub(super) pins: Pins,
}

/// A chain as the server sent it.
struct Chain<'a> {
    leaf: &'a CertificateDer<'a>,
    intermediates: &'a [CertificateDer<'a>],
}

impl DeviceVerifier {
    fn check_chain(&self, chain: &Chain<'_>, now: UnixTime) -> Result<(), Error> {
        if !self.habits.verify_dates {
            return self.check_at_some_date(chain, now);
        }
        let valid = self.roots.valid_at(now);
        let result = self.walk(chain, &valid, now);
        // Would it do if roots lasted for ever? Then say what is really wrong.
        let unknown = matches!(&result, Err(Error::InvalidCertificate(CertificateError::UnknownIssuer)));
        if unknown && valid.len() < self.roots.len() && self.walk(chain, &self.roots.all(), now).is_ok() {
            return Err(CertificateError::Expired.into());
        }
        result
    }

    /// Walks the chain as if it were the date that suits it.
    fn check_at_some_date(&self, chain: &Chain<'_>, now: UnixTime) -> Result<(), Error> {
        let mut date = now;
        for _ in 0..DATES {
            match self.walk(chain, &self.roots.all(), date) {
                Err(Error::InvalidCertificate(CertificateError::ExpiredContext { not_after, .. })) => {
                    date = not_after;
                }
                Err(Error::InvalidCertificate(CertificateError::NotValidYetContext {
                    not_before, ..
                })) => date = not_before,
                other => return other,
            }
        }
        // No date suits all certificates, and dates do not matter here: the rest was in order each time.
        Ok(())
    }

    fn walk(&self, chain: &Chain<'_>, roots: &Arc<RootCertStore>, now: UnixTime) -> Result<(), Error> {
        let leaf = ParsedCertificate::try_from(chain.leaf)?;
        let algorithms = self.provider.signature_verification_algorithms.all;
        let result =
            verify_server_cert_signed_by_trust_anchor(&leaf, roots, chain.intermediates, now, algorithms);
        let wrong_purpose =
            matches!(&result, Err(Error::InvalidCertificate(CertificateError::InvalidPurposeContext { .. })));
        if !wrong_purpose || self.habits.verify_purpose {
            return result;
        }
        // The same walk, for the other purpose.
        let verifier =
            WebPkiClientVerifier::builder_with_provider(Arc::clone(roots), Arc::clone(&self.provider))
                .build()
                .map_err(|error| Error::General(error.to_string()))?;
        verifier.verify_client_cert(chain.leaf, chain.intermediates, now).map(|_| ())
    }

    fn check_name(&self, leaf: &CertificateDer<'_>, server: &ServerName<'_>) -> Result<(), Error> {
        let result = verify_server_name(&ParsedCertificate::try_from(leaf)?, server);
        if result.is_ok() {
            return result;
        }
        let host = server.to_str().to_ascii_lowercase();
        let known = match self.habits.name_match {
            NameMatch::Strict => false,
            NameMatch::CommonName => {
                certificate::common_names(leaf).iter().any(|name| name.eq_ignore_ascii_case(&host))
            }
            NameMatch::DeepWildcard => certificate::dns_names(leaf).iter().any(|name| {
                name.strip_prefix('*').is_some_and(|tail| host.ends_with(&tail.to_ascii_lowercase()))
            }),
        };
        if known { Ok(()) } else { result }
    }

    fn check_pin(&self, leaf: &CertificateDer<'_>, server: &ServerName<'_>) -> Result<(), Error> {
        let mut pins = self.pins.lock().unwrap_or_else(PoisonError::into_inner);
        let pin = pins.entry(server.to_str().into_owned()).or_insert_with(|| leaf.clone().into_owned());
        if pin.as_ref() == leaf.as_ref() {
            Ok(())
        } else {
            Err(CertificateError::ApplicationVerificationFailure.into())
        }
    }
}

impl ServerCertVerifier for DeviceVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if let Some(link) = link::current() {
            let all: Vec<_> = std::iter::once(end_entity).chain(intermediates).collect();
            // The link keeps the failure itself; rustls only needs to stop.
            link.certificates(&all).map_err(|error| Error::General(error.to_string()))?;
        }
        if self.habits.verify_chain {
            self.check_chain(&Chain { leaf: end_entity, intermediates }, now)?;
        }
        if self.habits.verify_name {
            self.check_name(end_entity, server_name)?;
        }
        if self.habits.pin_leaf {
            self.check_pin(end_entity, server_name)?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        if !self.habits.verify_signature {
            return Ok(HandshakeSignatureValid::assertion());
        }
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        if !self.habits.verify_signature {
            return Ok(HandshakeSignatureValid::assertion());
        }
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
