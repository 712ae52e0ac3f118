//! Server chains: what each kind is made of.

use std::net::IpAddr;
use std::sync::Arc;

use rcgen::{DnType, ExtendedKeyUsagePurpose, SanType};
use rustls_pki_types::CertificateDer;

use crate::authority::Authority;
use crate::damaged::DamagedSignatures;
use crate::pki::Issuers;
use crate::template::{Template, Validity};
use crate::{ChainKind, KeyPair, PkiError, RootName, pem_text};

/// Bytes of the two certificates that `*.azure-devices.net` presents: an RSA-2048 leaf with its
/// names and URLs and an issuing CA signed with RSA. Assumed, from the usual sizes of both.
const HUB_CHAIN_BYTES: usize = 3_900;

/// A server's certificate chain with its key.
#[derive(Clone, Debug)]
pub struct ServerChain {
    /// What kind of chain it is.
    pub kind: ChainKind,
    /// The root that it leads to, or would lead to if it were good.
    pub root: RootName,
    /// What the server sends: the leaf first.
    pub certificates: Vec<CertificateDer<'static>>,
    /// DNS names in the leaf's subject alternative names.
    pub names: Vec<String>,
    /// The key that the server signs with.
    pub key: KeyPair,
}

impl ServerChain {
    /// Bytes of all certificates together.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.certificates.iter().map(|certificate| certificate.len()).sum()
    }

    /// Chain and key for rustls' configurations. With [`ChainKind::WrongKey`] they do not match, and with
    /// [`ChainKind::DamagedKeyExchange`] what the key signs is damaged.
    #[must_use]
    pub fn certified_key(&self) -> Arc<rustls::sign::CertifiedKey> {
        let key = match self.kind {
            ChainKind::DamagedKeyExchange => Arc::new(DamagedSignatures(self.key.rustls_key())),
            _ => self.key.rustls_key(),
        };
        Arc::new(rustls::sign::CertifiedKey::new(self.certificates.clone(), key))
    }

    /// The chain as PEM text, leaf first.
    #[must_use]
    pub fn chain_pem(&self) -> String {
        pem_text::certificates(self.certificates.iter().map(AsRef::as_ref))
    }

    /// The private key, PKCS #8 PEM. A secret.
    #[must_use]
    pub fn key_pem(&self) -> String {
        self.key.private_key_pem()
    }
}

/// Makes the chain of `kind` under `root` for `host_names`.
pub(crate) fn make(
    issuers: &Issuers,
    kind: ChainKind,
    root: RootName,
    host_names: &[&str],
) -> Result<ServerChain, PkiError> {
    let leaf = Leaf { issuers, kind, root, host_names };
    leaf.check_hosts()?;
    let (certificates, key) = match kind {
        ChainKind::Larger20Percent => leaf.padded_to(HUB_CHAIN_BYTES * 6 / 5)?,
        ChainKind::Oversized8k => leaf.padded_to(8 * 1024)?,
        ChainKind::Oversized12k => leaf.padded_to(12 * 1024)?,
        _ => leaf.chain(None)?,
    };
    Ok(ServerChain { kind, root, certificates, names: leaf.dns_names()?, key })
}

struct Leaf<'a> {
    issuers: &'a Issuers,
    kind: ChainKind,
    root: RootName,
    host_names: &'a [&'a str],
}

/// What makes a leaf larger.
#[derive(Clone, Copy)]
struct Padding {
    bytes: usize,
    attempt: u32,
}

type Made = (Vec<CertificateDer<'static>>, KeyPair);

impl Leaf<'_> {
    fn chain(&self, padding: Option<Padding>) -> Result<Made, PkiError> {
        let issuers = self.issuers;
        let root = match self.kind {
            ChainKind::UnknownCa => RootName::Unknown,
            _ => self.root,
        };
        let root = issuers.root(root);
        let template = self.template()?;
        let params = match padding {
            None => template.build(&self.label("leaf")),
            Some(Padding { bytes, attempt }) => {
                template.padding(bytes).build(&self.label(&format!("leaf-{attempt}")))
            }
        };
        let key = self.key("leaf");
        let der = Authority::certificate;
        Ok(match self.kind {
            ChainKind::SelfSigned => {
                let leaf = Authority::root(params, key);
                (vec![der(&leaf).clone()], leaf.key().clone())
            }
            ChainKind::GoodTwoIntermediates => {
                let policy = issuers.intermediate(root, &self.label("policy"), 1, issuers.long_lived());
                let issuing = issuers.intermediate(&policy, &self.label("issuing"), 0, issuers.long_lived());
                let leaf = issuing.issue(params, key);
                (vec![der(&leaf).clone(), der(&issuing).clone(), der(&policy).clone()], leaf.key().clone())
            }
            ChainKind::NotACa => {
                let issuing = self.issuing(root);
                let other = Template::new(issuers.leaf_validity())
                    .common_name("not-a-ca.test")
                    .leaf(vec![ExtendedKeyUsagePurpose::ServerAuth])
                    .alternative_names(vec![dns_name("not-a-ca.test")?])
                    .build(&self.label("other"));
                let other = issuing.issue(other, self.key("other"));
                let leaf = other.issue(params, key);
                (vec![der(&leaf).clone(), der(&other).clone(), der(&issuing).clone()], leaf.key().clone())
            }
            _ => {
                let issuing = self.issuing(root);
                let leaf = issuing.issue(params, key);
                self.arrange(&leaf, &issuing, root)
            }
        })
    }

    /// What is sent of a chain with one intermediate.
    fn arrange(&self, leaf: &Authority, issuing: &Authority, root: &Authority) -> Made {
        let mut sent = vec![leaf.certificate().clone(), issuing.certificate().clone()];
        let mut key = leaf.key().clone();
        match self.kind {
            ChainKind::WithRoot => sent.push(root.certificate().clone()),
            ChainKind::WithExtra => sent.push(self.issuers.group().certificate().clone()),
            ChainKind::MissingIntermediate => sent.truncate(1),
            ChainKind::BrokenSignature => {
                let mut bytes = sent[0].to_vec();
                // The last byte belongs to the signature's `s`, so the DER stays well-formed.
                *bytes.last_mut().expect("a certificate has bytes") ^= 1;
                sent[0] = bytes.into();
            }
            ChainKind::WrongKey => key = self.key("wrong"),
            _ => {}
        }
        (sent, key)
    }

    fn issuing(&self, root: &Authority) -> Authority {
        let issuers = self.issuers;
        match self.kind {
            ChainKind::ExpiredIntermediate => {
                issuers.intermediate(root, &self.label("issuing"), 0, issuers.expired())
            }
            ChainKind::Rotated => issuers.intermediate(root, &self.label("issuing"), 0, issuers.long_lived()),
            // Unlike the other kinds, these share one intermediate per root, as hosts of one service do.
            _ => {
                let label = match self.kind {
                    ChainKind::UnknownCa => RootName::Unknown.name(),
                    _ => self.root.name(),
                };
                issuers.intermediate(root, &format!("issuing/{label}"), 0, issuers.long_lived())
            }
        }
    }

    /// The chain of `total` bytes. The length of an ECDSA signature varies by a few bytes from one certificate
    /// to the next, so each attempt has a serial number of its own; half of them hit.
    fn padded_to(&self, total: usize) -> Result<Made, PkiError> {
        let mut padding = Padding { bytes: 256, attempt: 0 };
        loop {
            let made = self.chain(Some(padding))?;
            let bytes: usize = made.0.iter().map(|certificate| certificate.len()).sum();
            if bytes == total || padding.attempt == 64 {
                return Ok(made);
            }
            padding.bytes = (padding.bytes + total).saturating_sub(bytes);
            padding.attempt += 1;
        }
    }

    fn template(&self) -> Result<Template, PkiError> {
        let issuers = self.issuers;
        let validity = match self.kind {
            ChainKind::ExpiredLeaf => issuers.expired(),
            ChainKind::NotYetValid => issuers.not_yet_valid(),
            _ => issuers.leaf_validity(),
        };
        let purpose = match self.kind {
            ChainKind::ClientAuthOnly => vec![ExtendedKeyUsagePurpose::ClientAuth],
            _ => vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth],
        };
        let first = self.host_names.first().copied().unwrap_or_default();
        let common_name = match self.kind {
            ChainKind::WrongName => "other-host.test",
            _ => first,
        };
        Ok(Template::new(validity)
            .subject(&[(DnType::OrganizationName, "nanorig test PKI"), (DnType::CommonName, common_name)])
            .leaf(purpose)
            .alternative_names(self.alternative_names()?))
    }

    fn alternative_names(&self) -> Result<Vec<SanType>, PkiError> {
        match self.kind {
            ChainKind::CnOnly => Ok(Vec::new()),
            ChainKind::WrongName | ChainKind::CnRightSanWrong => Ok(vec![dns_name("other-host.test")?]),
            _ => self.host_names.iter().map(|host| self.alternative_name(host)).collect(),
        }
    }

    fn dns_names(&self) -> Result<Vec<String>, PkiError> {
        let names = self.alternative_names()?.into_iter().filter_map(|name| match name {
            SanType::DnsName(name) => Some(name.as_str().to_owned()),
            _ => None,
        });
        Ok(names.collect())
    }

    fn alternative_name(&self, host: &str) -> Result<SanType, PkiError> {
        if let Ok(address) = host.parse::<IpAddr>() {
            return Ok(SanType::IpAddress(address));
        }
        let none = || PkiError::NoWildcard { host: host.to_owned(), kind: self.kind };
        let mut labels = host.split('.');
        let first = labels.next().unwrap_or_default();
        let rest: Vec<&str> = labels.collect();
        let name = match (self.kind, rest.as_slice()) {
            (ChainKind::Wildcard, [_, ..]) => format!("*.{}", rest.join(".")),
            (ChainKind::WildcardTwoLabels, [_, parent @ ..]) if !parent.is_empty() => {
                format!("*.{}", parent.join("."))
            }
            (ChainKind::WildcardInner, [_, parent @ ..]) if !parent.is_empty() => {
                format!("{first}.*.{}", parent.join("."))
            }
            (ChainKind::WildcardPartial, [_, ..]) => {
                let start = first.chars().next().ok_or_else(none)?;
                format!("{start}*.{}", rest.join("."))
            }
            (
                ChainKind::Wildcard
                | ChainKind::WildcardTwoLabels
                | ChainKind::WildcardInner
                | ChainKind::WildcardPartial,
                _,
            ) => return Err(none()),
            _ => host.to_owned(),
        };
        dns_name(&name)
    }

    fn check_hosts(&self) -> Result<(), PkiError> {
        if self.host_names.is_empty() {
            return Err(PkiError::NoHost);
        }
        for host in self.host_names {
            let known = |c: char| c.is_ascii_alphanumeric() || "-._:*".contains(c);
            if host.is_empty() || host.len() > 253 || !host.chars().all(known) {
                return Err(PkiError::BadHost { host: (*host).to_owned() });
            }
        }
        Ok(())
    }

    fn key(&self, part: &str) -> KeyPair {
        self.issuers.key(&self.label(part))
    }

    /// Two servers of the same kind under the same root have keys and serial numbers of their own.
    fn label(&self, part: &str) -> String {
        format!("{part}/{}/{}/{}", self.kind.name(), self.root.name(), self.host_names.join(","))
    }
}

fn dns_name(name: &str) -> Result<SanType, PkiError> {
    let text = name.try_into().map_err(|_| PkiError::BadHost { host: name.to_owned() })?;
    Ok(SanType::DnsName(text))
}

/// Validity of certificates relative to the day on which the run begins.
impl Issuers {
    /// Ten years: longer than the longest simulated run, in which nobody renews certificates.
    pub(crate) fn leaf_validity(&self) -> Validity {
        Validity::days(self.today(), -30, 3_650)
    }

    pub(crate) fn long_lived(&self) -> Validity {
        Validity::days(self.today(), -1_000, 5_475)
    }

    /// Ended when yesterday began: between 24 and 48 hours ago, whatever the time zone.
    pub(crate) fn expired(&self) -> Validity {
        Validity::days(self.today(), -91, -1)
    }

    /// Begins in 24 to 48 hours.
    pub(crate) fn not_yet_valid(&self) -> Validity {
        Validity::days(self.today(), 2, 367)
    }
}
