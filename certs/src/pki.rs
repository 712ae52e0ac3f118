//! The test PKI: roots, and everything made below them on demand.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rcgen::{DnType, ExtendedKeyUsagePurpose};
use rustls_pki_types::CertificateDer;

use crate::authority::Authority;
use crate::template::{DAY, Template, Validity};
use crate::{ChainKind, ClientIdentity, ClientKind, KeyPair, RootName, ServerChain, pem_text, server};

/// The keys of [`Pki::new`] follow from this.
const WELL_KNOWN_SECRET: [u8; 32] = *b"nanorig test PKI, not a secret!!";

/// A chain could not be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PkiError {
    /// No host name was given.
    #[error("a server certificate needs at least one host name")]
    NoHost,
    /// A host name cannot stand in a certificate.
    #[error("`{host}` is not a host name")]
    BadHost {
        /// The name.
        host: String,
    },
    /// The host name has too few labels for the wildcard that was asked for.
    #[error("`{host}` has too few labels for a certificate of the kind {kind}")]
    NoWildcard {
        /// The name.
        host: String,
        /// The kind of chain.
        kind: ChainKind,
    },
}

/// A file for people or for other programs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PkiFile {
    /// Name with extension, no folder.
    pub name: String,
    /// What belongs into it.
    pub contents: Vec<u8>,
}

/// A test PKI. The same time and secret give the same certificates, byte by byte.
///
/// ```
/// use nanorig_certs::{ChainKind, Pki, RootName};
///
/// let pki = Pki::new(1_772_366_400); // 2026-03-01T12:00:00Z
/// let chain = pki.server(ChainKind::Good, RootName::G2, &["hub.azure-devices.net"])?;
/// assert_eq!(chain.certificates.len(), 2);
/// # Ok::<(), nanorig_certs::PkiError>(())
/// ```
#[derive(Clone)]
pub struct Pki(Arc<Inner>);

struct Inner {
    issuers: Issuers,
    chains: Mutex<BTreeMap<ChainKey, Arc<ServerChain>>>,
}

/// Kind, root and host names of a chain.
type ChainKey = (ChainKind, RootName, Vec<String>);

impl Pki {
    /// A PKI for runs that begin at `now_unix_secs`, with keys that everybody knows.
    ///
    /// All dates are relative to the UTC day of `now_unix_secs`, so runs of one day share certificates.
    #[must_use]
    pub fn new(now_unix_secs: i64) -> Self {
        Self::with_secret(now_unix_secs, WELL_KNOWN_SECRET)
    }

    /// As [`Pki::new`] with keys that follow from `secret`.
    #[must_use]
    pub fn with_secret(now_unix_secs: i64, secret: [u8; 32]) -> Self {
        let issuers = Issuers::new(now_unix_secs, secret);
        Self(Arc::new(Inner { issuers, chains: Mutex::default() }))
    }

    /// The certificate of `root`.
    #[must_use]
    pub fn root(&self, root: RootName) -> CertificateDer<'static> {
        self.0.issuers.root(root).certificate().clone()
    }

    /// The roots that a device may be told to trust, PEM.
    #[must_use]
    pub fn trusted_roots_pem(&self) -> String {
        let roots = RootName::TRUSTED.map(|root| self.root(root));
        pem_text::certificates(roots.iter().map(AsRef::as_ref))
    }

    /// The chain of `kind` under `root` for a server called `host_names` (names or IP addresses).
    ///
    /// It is made at the first call and kept.
    ///
    /// # Errors
    /// A host name cannot stand in a certificate, or not in one of this kind.
    pub fn server(
        &self,
        kind: ChainKind,
        root: RootName,
        host_names: &[&str],
    ) -> Result<Arc<ServerChain>, PkiError> {
        let key = (kind, root, host_names.iter().map(|&host| host.to_owned()).collect());
        let mut chains = self.0.chains.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(chain) = chains.get(&key) {
            return Ok(Arc::clone(chain));
        }
        let chain = Arc::new(server::make(&self.0.issuers, kind, root, host_names)?);
        chains.insert(key, Arc::clone(&chain));
        Ok(chain)
    }

    /// A client certificate of `kind` whose subject is `common_name`.
    ///
    /// A CA's proof of possession is `client(code, ClientKind::GroupSigned)`.
    #[must_use]
    pub fn client(&self, common_name: &str, kind: ClientKind) -> ClientIdentity {
        self.0.issuers.client(common_name, kind)
    }

    /// The CA of enrollment groups, registered with the hub and with DPS.
    #[must_use]
    pub fn group_ca(&self) -> CertificateDer<'static> {
        self.0.issuers.group().certificate().clone()
    }

    /// The CA of enrollment groups, PEM.
    #[must_use]
    pub fn group_ca_pem(&self) -> String {
        pem_text::certificates([self.group_ca().as_ref()])
    }

    /// What people and other programs need to trust this PKI: each root as PEM and DER,
    /// all trusted roots in one PEM file, and the group CA. No keys.
    #[must_use]
    pub fn files(&self) -> Vec<PkiFile> {
        let mut files = vec![PkiFile {
            name: "trusted-roots.pem".to_owned(),
            contents: self.trusted_roots_pem().into_bytes(),
        }];
        let roots = RootName::ALL.map(|root| (format!("root-{root}"), self.root(root)));
        for (name, der) in roots.into_iter().chain([("group-ca".to_owned(), self.group_ca())]) {
            let pem = pem_text::certificates([der.as_ref()]).into_bytes();
            files.push(PkiFile { name: format!("{name}.pem"), contents: pem });
            files.push(PkiFile { name: format!("{name}.der"), contents: der.to_vec() });
        }
        files
    }
}

impl fmt::Debug for Pki {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pki").field("today", &self.0.issuers.today).finish_non_exhaustive()
    }
}

/// The authorities of a PKI.
pub(crate) struct Issuers {
    /// Where the first day of the run begins, seconds since 1970.
    today: i64,
    secret: [u8; 32],
    roots: [OnceLock<Authority>; RootName::ALL.len()],
    group: OnceLock<Authority>,
}

impl Issuers {
    fn new(now_unix_secs: i64, secret: [u8; 32]) -> Self {
        // 9000-01-01: leaves room for the roots' 25 years within the calendar of X.509.
        let now = now_unix_secs.clamp(0, 221_845_392_000);
        Self {
            today: now - now.rem_euclid(DAY),
            secret,
            roots: std::array::from_fn(|_| OnceLock::new()),
            group: OnceLock::new(),
        }
    }

    pub(crate) fn today(&self) -> i64 {
        self.today
    }

    pub(crate) fn key(&self, label: &str) -> KeyPair {
        KeyPair::derive(&self.secret, label)
    }

    pub(crate) fn root(&self, root: RootName) -> &Authority {
        self.roots[root as usize].get_or_init(|| {
            let label = format!("root/{root}");
            let (country, organisation, common_name) = root.subject();
            let params = Template::new(self.root_validity())
                .subject(&[
                    (DnType::CountryName, country),
                    (DnType::OrganizationName, organisation),
                    (DnType::CommonName, common_name),
                ])
                .authority(2)
                .build(&label);
            Authority::root(params, self.key(&label))
        })
    }

    pub(crate) fn group(&self) -> &Authority {
        self.group.get_or_init(|| {
            let params = Template::new(self.root_validity())
                .common_name("nanorig test group CA")
                .authority(1)
                .build("group");
            Authority::root(params, self.key("group"))
        })
    }

    /// An authority under `issuer` that may stand above `intermediates` others.
    pub(crate) fn intermediate(
        &self,
        issuer: &Authority,
        label: &str,
        intermediates: u8,
        validity: Validity,
    ) -> Authority {
        let params = Template::new(validity)
            .subject(&[
                (DnType::OrganizationName, "nanorig test PKI"),
                (DnType::CommonName, &format!("nanorig test TLS CA, {label}")),
            ])
            .authority(intermediates)
            .build(label);
        issuer.issue(params, self.key(label))
    }

    fn client(&self, common_name: &str, kind: ClientKind) -> ClientIdentity {
        let label = format!("client/{kind}/{common_name}");
        let validity = match kind {
            ClientKind::Expired => self.expired(),
            ClientKind::NotYetValid => self.not_yet_valid(),
            _ => self.leaf_validity(),
        };
        let params = Template::new(validity)
            .common_name(common_name)
            .leaf(vec![ExtendedKeyUsagePurpose::ClientAuth])
            .build(&label);
        let key = self.key(&label);
        let mut intermediates = Vec::new();
        let leaf = match kind {
            ClientKind::SelfSigned | ClientKind::SelfSignedSecondary => Authority::root(params, key),
            ClientKind::GroupSigned | ClientKind::Expired | ClientKind::NotYetValid => {
                self.group().issue(params, key)
            }
            ClientKind::GroupIntermediate => {
                let issuing = self.intermediate(self.group(), "group-intermediate", 0, self.long_lived());
                intermediates.push(issuing.certificate().clone());
                issuing.issue(params, key)
            }
            ClientKind::UnknownCa => self.root(RootName::Unknown).issue(params, key),
        };
        let chain = std::iter::once(leaf.certificate().clone()).chain(intermediates).collect();
        ClientIdentity { common_name: common_name.to_owned(), chain, key: leaf.key().clone() }
    }

    fn root_validity(&self) -> Validity {
        Validity::days(self.today, -3_650, 9_125)
    }
}

#[cfg(test)]
mod tests;
