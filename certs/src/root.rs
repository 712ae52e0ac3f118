//! The roots of the test PKI.

use std::fmt;
use std::str::FromStr;

/// A root of the test PKI. The first three stand in for roots of Azure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum RootName {
    /// Stands in for DigiCert Global Root G2, which IoT Hub and DPS use since 2023.
    G2,
    /// Stands in for Microsoft RSA Root Certificate Authority 2017, the backup that devices should also trust.
    MsRsa,
    /// Stands in for Baltimore CyberTrust Root, in use until 2023.
    Baltimore,
    /// A root that no device trusts.
    Unknown,
}

impl RootName {
    /// Every root.
    pub const ALL: [Self; 4] = [Self::G2, Self::MsRsa, Self::Baltimore, Self::Unknown];

    /// The roots that a device may be told to trust.
    pub const TRUSTED: [Self; 3] = [Self::G2, Self::MsRsa, Self::Baltimore];

    /// The name used in scenarios and traces.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::G2 => "g2",
            Self::MsRsa => "msrsa",
            Self::Baltimore => "baltimore",
            Self::Unknown => "unknown",
        }
    }

    /// What it stands for, in a sentence.
    #[must_use]
    pub const fn summary(self) -> &'static str {
        match self {
            Self::G2 => "Stands in for DigiCert Global Root G2, which IoT Hub and DPS use since 2023.",
            Self::MsRsa => "Stands in for Microsoft RSA Root Certificate Authority 2017, the backup root.",
            Self::Baltimore => "Stands in for Baltimore CyberTrust Root, in use until 2023.",
            Self::Unknown => "A root that no device trusts.",
        }
    }

    /// Country, organisation and common name of the root's subject.
    pub(crate) const fn subject(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::G2 => ("US", "nanorig test PKI for DigiCert Inc", "DigiCert Global Root G2 (nanorig test)"),
            Self::MsRsa => (
                "US",
                "nanorig test PKI for Microsoft Corporation",
                "Microsoft RSA Root Certificate Authority 2017 (nanorig test)",
            ),
            Self::Baltimore => {
                ("IE", "nanorig test PKI for Baltimore", "Baltimore CyberTrust Root (nanorig test)")
            }
            Self::Unknown => ("XX", "nanorig test PKI for nobody", "Unknown Root (nanorig test)"),
        }
    }
}

impl fmt::Display for RootName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// No root has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no root is called `{0}`")]
pub struct UnknownRoot(pub String);

impl FromStr for RootName {
    type Err = UnknownRoot;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|root| root.name() == text).ok_or_else(|| UnknownRoot(text.to_owned()))
    }
}
