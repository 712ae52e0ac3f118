//! The public roots of Azure, as data.

use std::sync::OnceLock;

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

/// A root certificate that devices in the field trust.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PublicRoot {
    /// Short name, as used in scenarios: `digicert-global-root-g2`.
    pub name: &'static str,
    /// Common name of its subject.
    pub subject: &'static str,
    /// Last second of its validity, seconds since 1970.
    pub not_after: i64,
    /// SHA-256 of its DER, upper-case hexadecimal.
    pub sha256: &'static str,
    /// The certificate, PEM.
    pub pem: &'static str,
    der: CertificateDer<'static>,
}

impl PublicRoot {
    /// The certificate, DER.
    #[must_use]
    pub fn der(&self) -> &CertificateDer<'static> {
        &self.der
    }
}

/// The public roots, the one in use today first. One of them, Baltimore, has expired.
#[must_use]
pub fn public_roots() -> &'static [PublicRoot] {
    static ROOTS: OnceLock<Vec<PublicRoot>> = OnceLock::new();
    ROOTS.get_or_init(|| {
        vec![
            // 2038-01-15T12:00:00Z
            root(
                "digicert-global-root-g2",
                "DigiCert Global Root G2",
                2_147_169_600,
                "CB3CCBB76031E5E0138F8DD39A23F9DE47FFC35E43C1144CEA27D46A5AB1CB5F",
                include_str!("../public/digicert-global-root-g2.pem"),
            ),
            // 2042-07-18T23:00:23Z
            root(
                "microsoft-rsa-root-2017",
                "Microsoft RSA Root Certificate Authority 2017",
                2_289_337_223,
                "C741F70F4B2A8D88BF2E71C14122EF53EF10EBA0CFA5E64CFA20F418853073E0",
                include_str!("../public/microsoft-rsa-root-2017.pem"),
            ),
            // 2025-05-12T23:59:00Z
            root(
                "baltimore-cybertrust-root",
                "Baltimore CyberTrust Root",
                1_747_094_340,
                "16AF57A9F676B0AB126095AA5EBADEF22AB31119D644AC95CD4B93DBF3F26AEB",
                include_str!("../public/baltimore-cybertrust-root.pem"),
            ),
        ]
    })
}

fn root(
    name: &'static str,
    subject: &'static str,
    not_after: i64,
    sha256: &'static str,
    pem: &'static str,
) -> PublicRoot {
    let der = CertificateDer::from_pem_slice(pem.as_bytes()).expect("the file holds one certificate");
    PublicRoot { name, subject, not_after, sha256, pem, der }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sha256_thumbprint;

    #[test]
    fn public_roots_are_what_the_table_says() {
        assert_eq!(public_roots().len(), 3);
        for root in public_roots() {
            let (rest, parsed) = x509_parser::parse_x509_certificate(root.der()).unwrap();
            assert!(rest.is_empty());
            let names: Vec<_> =
                parsed.subject().iter_common_name().map(|name| name.as_str().unwrap()).collect();
            assert_eq!(names, [root.subject]);
            assert_eq!(parsed.subject(), parsed.issuer(), "a root issues itself");
            assert!(parsed.is_ca());
            assert_eq!(parsed.validity().not_after.timestamp(), root.not_after, "{}", root.name);
            assert_eq!(sha256_thumbprint(root.der()), root.sha256);
        }
    }
}
