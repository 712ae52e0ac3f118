//! rustls' configuration for a device.

use std::sync::Arc;

use nanorig_certs::ClientIdentity;
use rustls::client::Resumption;
use rustls::crypto::CryptoProvider;
use rustls::sign::SingleCertAndKey;
use rustls::time_provider::TimeProvider;
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, KeyLog, SupportedProtocolVersion};

use super::verify::{DeviceVerifier, Pins};
use super::{RootStore, TlsError, TlsVersions};
use crate::habits::{Resume, TlsHabits};
use crate::profile::Tls;

/// Hosts whose sessions are kept.
const SESSIONS: usize = 8;
/// Header of a record, which rustls counts as part of a fragment.
const RECORD_HEADER: usize = 5;
/// Largest content of a record (RFC 8446 5.1).
const LARGEST_CONTENT: usize = 1 << 14;

/// What a configuration depends on. Two connections share one when all of it is equal.
#[derive(Clone, Debug)]
pub(super) struct ConfigKey {
    pub(super) habits: TlsHabits,
    pub(super) roots: RootStore,
    pub(super) client: Option<ClientIdentity>,
    pub(super) versions: TlsVersions,
}

impl ConfigKey {
    pub(super) fn is(&self, other: &Self) -> bool {
        let chain = |key: &Self| key.client.as_ref().map(|client| client.chain.clone());
        self.versions == other.versions
            && self.habits == other.habits
            && self.roots.is(&other.roots)
            && chain(self) == chain(other)
    }
}

/// What all configurations of a device have in common.
pub(super) struct Fixed {
    pub(super) provider: Arc<CryptoProvider>,
    pub(super) time: Arc<dyn TimeProvider>,
    pub(super) key_log: Option<Arc<dyn KeyLog>>,
    pub(super) pins: Pins,
}

/// The configuration of `key` on a device with these `figures`.
pub(super) fn build(fixed: &Fixed, figures: &Tls, key: &ConfigKey) -> Result<ClientConfig, TlsError> {
    let verifier = DeviceVerifier {
        habits: key.habits.clone(),
        roots: key.roots.clone(),
        provider: Arc::clone(&fixed.provider),
        pins: Arc::clone(&fixed.pins),
    };
    let builder = ClientConfig::builder_with_details(Arc::clone(&fixed.provider), Arc::clone(&fixed.time))
        .with_protocol_versions(&versions(figures, key.versions)?)
        .map_err(|error| TlsError::of_rustls(&error))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    let mut config = match &key.client {
        Some(client) => {
            builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(client.certified_key())))
        }
        None => builder.with_no_client_auth(),
    };
    config.resumption = match key.habits.resume {
        Resume::Never => Resumption::disabled(),
        Resume::UntilReset | Resume::AcrossSleep => Resumption::in_memory_sessions(SESSIONS),
    };
    config.enable_sni = key.habits.send_sni;
    config.max_fragment_size = Some(figures.output.min(LARGEST_CONTENT) + RECORD_HEADER);
    if let Some(key_log) = &fixed.key_log {
        config.key_log = Arc::clone(key_log);
    }
    Ok(config)
}

fn versions(figures: &Tls, wanted: TlsVersions) -> Result<Vec<&'static SupportedProtocolVersion>, TlsError> {
    match (wanted, figures.tls13) {
        (TlsVersions::All, true) => Ok(vec![&TLS13, &TLS12]),
        (TlsVersions::All, false) | (TlsVersions::Tls12, _) => Ok(vec![&TLS12]),
        (TlsVersions::Tls13, true) => Ok(vec![&TLS13]),
        (TlsVersions::Tls13, false) => {
            Err(TlsError::Protocol { detail: "the firmware is built without TLS 1.3".into() })
        }
    }
}

/// Suites of ESP-IDF's and .NET nanoFramework's Mbed TLS that rustls has: ChaCha20 is off there.
pub(super) fn device_suites(provider: &CryptoProvider) -> CryptoProvider {
    let mut provider = provider.clone();
    provider.cipher_suites.retain(|suite| {
        let name = suite.suite().as_str();
        name.is_some_and(|name| name.contains("AES"))
    });
    provider
}
