//! Keys and certificates of the device under test, as the device and as the cloud have them.

use nanorig_certs::{ClientIdentity, ClientKind, Pki};
use nanorig_dut::setup::{Attestation, DeviceSetup, KeySource};
use nanorig_mcu::client::Credentials;
use nanorig_wire::sas::SharedKey;
use sha2::{Digest, Sha256};

use super::BuildError;

/// What the device proves itself with, and what the cloud knows of it.
pub(crate) struct DeviceSecrets {
    /// Primary key that the cloud expects: the device's own, or its group's.
    pub(crate) enrolled: SharedKey,
    /// Another that is as good.
    pub(crate) secondary: SharedKey,
    /// The device's certificate, when it has one.
    pub(crate) certificate: Option<ClientIdentity>,
    /// What the firmware has.
    pub(crate) credentials: Credentials,
}

impl DeviceSecrets {
    /// The secrets of a device whose certificate names `common_name`.
    pub(crate) fn new(pki: &Pki, setup: &DeviceSetup, common_name: &str) -> Result<Self, BuildError> {
        let enrolled = key(common_name, "primary");
        let secondary = key(common_name, "secondary");
        let own = match &setup.key {
            KeySource::Enrolled => enrolled.clone(),
            KeySource::Wrong => key(common_name, "wrong"),
            KeySource::Given(text) => SharedKey::from_base64(text).map_err(|_| BuildError::BadKey)?,
        };
        let certificate = match setup.attestation {
            Attestation::X509 => Some(pki.client(common_name, ClientKind::SelfSigned)),
            Attestation::X509Group => Some(pki.client(common_name, ClientKind::GroupIntermediate)),
            Attestation::SymmetricKey | Attestation::SymmetricKeyGroup => None,
        };
        let credentials = match (&certificate, setup.attestation) {
            (Some(certificate), _) => Credentials::X509(certificate.clone()),
            (None, Attestation::SymmetricKeyGroup) => Credentials::GroupKey(own),
            (None, _) => {
                let secondary = setup.secondary_key.then(|| secondary.clone());
                Credentials::Key { primary: own, secondary }
            }
        };
        // A given key is what the cloud knows too, unless the scenario says that it is wrong.
        let enrolled = match &setup.key {
            KeySource::Given(text) => SharedKey::from_base64(text).map_err(|_| BuildError::BadKey)?,
            KeySource::Enrolled | KeySource::Wrong => enrolled,
        };
        Ok(Self { enrolled, secondary, certificate, credentials })
    }
}

/// A key that follows from a name: the same in every run.
fn key(name: &str, slot: &str) -> SharedKey {
    let hash = Sha256::new().chain_update(slot).chain_update(" key of ").chain_update(name).finalize();
    SharedKey::from_bytes(hash.to_vec()).expect("32 bytes are a key")
}
