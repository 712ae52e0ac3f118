//! How a device proves who it is.

use nanorig_certs::ClientIdentity;
use nanorig_wire::sas::SharedKey;

use crate::habits::GroupKeyUse;

/// How a device proves who it is, to DPS and to its hub.
#[derive(Clone, Debug)]
pub enum Credentials {
    /// Keys of its own.
    Key {
        /// The key that is tried first.
        primary: SharedKey,
        /// The key that is tried when the primary is refused.
        secondary: Option<SharedKey>,
    },
    /// The key of an enrollment group, from which its own is derived.
    GroupKey(SharedKey),
    /// A certificate.
    X509(ClientIdentity),
}

impl Credentials {
    /// One key.
    #[must_use]
    pub fn key(primary: SharedKey) -> Self {
        Self::Key { primary, secondary: None }
    }

    /// The key that signs for `registration_id`; `None` with a certificate.
    pub(crate) fn signing_key(
        &self,
        registration_id: &str,
        use_secondary: bool,
        group: GroupKeyUse,
    ) -> Option<SharedKey> {
        match self {
            Self::Key { secondary: Some(secondary), .. } if use_secondary => Some(secondary.clone()),
            Self::Key { primary, .. } => Some(primary.clone()),
            Self::GroupKey(key) => Some(match group {
                GroupKeyUse::Derived => key.derive(registration_id),
                GroupKeyUse::Raw => key.clone(),
            }),
            Self::X509(_) => None,
        }
    }

    /// True when there is a second key.
    pub(crate) fn has_secondary(&self) -> bool {
        matches!(self, Self::Key { secondary: Some(_), .. })
    }

    /// The certificate to present.
    pub(crate) fn certificate(&self) -> Option<ClientIdentity> {
        match self {
            Self::X509(identity) => Some(identity.clone()),
            Self::Key { .. } | Self::GroupKey(_) => None,
        }
    }
}
