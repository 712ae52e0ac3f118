//! The root certificates that a device trusts.

use std::fmt;
use std::sync::Arc;

use nanorig_certs::{Pki, RootName, public_roots};
use rustls::RootCertStore;
use rustls_pki_types::{CertificateDer, TrustAnchor, UnixTime};

use super::certificate;

/// A certificate cannot be a root.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` cannot be a root: {detail}")]
pub struct RootError {
    /// Name that it was to have.
    pub name: String,
    /// What is wrong with it.
    pub detail: String,
}

/// The roots that a device trusts, by name. Cheap to clone.
#[derive(Clone)]
pub struct RootStore(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    roots: Vec<Root>,
    /// The anchors of all roots.
    all: Arc<RootCertStore>,
}

#[derive(Clone)]
struct Root {
    name: String,
    der: CertificateDer<'static>,
    anchor: TrustAnchor<'static>,
    not_before: i64,
    not_after: i64,
}

impl RootStore {
    /// A store that trusts nobody.
    #[must_use]
    pub fn empty() -> Self {
        Self(Arc::new(Inner { roots: Vec::new(), all: Arc::new(RootCertStore::empty()) }))
    }

    /// The test PKI's stand-ins for the roots of Azure ([`RootName::TRUSTED`]) and the public roots.
    #[must_use]
    pub fn reference(pki: &Pki) -> Self {
        Self::test(pki, &RootName::TRUSTED).with_public()
    }

    /// Roots of the test PKI.
    #[must_use]
    pub fn test(pki: &Pki, names: &[RootName]) -> Self {
        names.iter().fold(Self::empty(), |store, root| {
            store.with(root.name(), &pki.root(*root)).expect("the test PKI makes proper roots")
        })
    }

    /// This store with the public roots of Azure.
    #[must_use]
    pub fn with_public(self) -> Self {
        public_roots().iter().fold(self, |store, root| {
            store.with(root.name, root.der()).expect("the embedded files are proper roots")
        })
    }

    /// This store with one root more.
    ///
    /// # Errors
    /// `der` is no certificate.
    pub fn with(mut self, name: &str, der: &CertificateDer<'_>) -> Result<Self, RootError> {
        let error = |detail: String| RootError { name: name.to_owned(), detail };
        let der = der.clone().into_owned();
        let validity = certificate::validity(&der).map_err(|e| error(e.to_string()))?;
        let mut one = RootCertStore::empty();
        one.add(der.clone()).map_err(|e| error(e.to_string()))?;
        let anchor = one.roots.pop().expect("one certificate was added");
        let inner = Arc::make_mut(&mut self.0);
        Arc::make_mut(&mut inner.all).roots.push(anchor.clone());
        inner.roots.push(Root {
            name: name.to_owned(),
            der,
            anchor,
            not_before: validity.not_before,
            not_after: validity.not_after,
        });
        Ok(self)
    }

    /// The roots' names, in the order of addition.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        self.0.roots.iter().map(|root| root.name.as_str()).collect()
    }

    /// Number of roots.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.roots.len()
    }

    /// True when nobody is trusted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.roots.is_empty()
    }

    /// DER size of each root, in bytes.
    pub(super) fn sizes(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.roots.iter().map(|root| root.der.len())
    }

    /// The anchors of all roots.
    pub(super) fn all(&self) -> Arc<RootCertStore> {
        Arc::clone(&self.0.all)
    }

    /// The anchors of the roots that are valid at `now`.
    pub(super) fn valid_at(&self, now: UnixTime) -> Arc<RootCertStore> {
        let now = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
        let valid = |root: &&Root| (root.not_before..=root.not_after).contains(&now);
        if self.0.roots.iter().all(|root| valid(&root)) {
            return self.all();
        }
        let anchors = self.0.roots.iter().filter(valid).map(|root| root.anchor.clone()).collect();
        Arc::new(RootCertStore { roots: anchors })
    }

    /// Whether both are one and the same store.
    pub(super) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Default for RootStore {
    fn default() -> Self {
        Self::empty()
    }
}

impl fmt::Debug for RootStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RootStore").field(&self.names()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn roots_have_names_and_end() {
        let pki = Pki::new(1_772_366_400);
        let store = RootStore::reference(&pki);
        assert_eq!(
            store.names(),
            [
                "g2",
                "msrsa",
                "baltimore",
                "digicert-global-root-g2",
                "microsoft-rsa-root-2017",
                "baltimore-cybertrust-root"
            ]
        );
        // 2025-05-12T23:59:00Z is the last second of the public Baltimore root.
        let valid = |secs| store.valid_at(UnixTime::since_unix_epoch(Duration::from_secs(secs))).len();
        assert_eq!((valid(1_747_094_340), valid(1_747_094_341)), (6, 5));
    }

    #[test]
    fn nonsense_is_no_root() {
        let error = RootStore::empty().with("x", &CertificateDer::from(vec![1, 2, 3])).unwrap_err();
        assert_eq!(error.name, "x");
    }
}
