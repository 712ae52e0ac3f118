//! The few fields of a certificate that webpki does not give away.

use rustls_pki_types::CertificateDer;
use x509_parser::prelude::{FromDer as _, GeneralName, X509Certificate};

/// The bytes are no certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a certificate")]
pub(super) struct NotACertificate;

/// First and last second of a certificate's validity, seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Validity {
    pub(super) not_before: i64,
    pub(super) not_after: i64,
}

/// The validity of `der`.
pub(super) fn validity(der: &CertificateDer<'_>) -> Result<Validity, NotACertificate> {
    let validity = parse(der)?.tbs_certificate.validity;
    Ok(Validity { not_before: validity.not_before.timestamp(), not_after: validity.not_after.timestamp() })
}

/// The common names of `der`'s subject.
pub(super) fn common_names(der: &CertificateDer<'_>) -> Vec<String> {
    let Ok(certificate) = parse(der) else { return Vec::new() };
    let names = certificate.subject().iter_common_name();
    names.filter_map(|name| name.as_str().ok()).map(str::to_owned).collect()
}

/// The DNS names among `der`'s subject alternative names.
pub(super) fn dns_names(der: &CertificateDer<'_>) -> Vec<String> {
    let Ok(certificate) = parse(der) else { return Vec::new() };
    let Ok(Some(names)) = certificate.subject_alternative_name() else { return Vec::new() };
    let dns = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        _ => None,
    };
    names.value.general_names.iter().filter_map(dns).collect()
}

fn parse<'a>(der: &'a CertificateDer<'_>) -> Result<X509Certificate<'a>, NotACertificate> {
    X509Certificate::from_der(der.as_ref()).map(|(_, certificate)| certificate).map_err(|_| NotACertificate)
}

#[cfg(test)]
mod tests {
    use nanorig_certs::{ChainKind, Pki, RootName};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_read() {
        let chain = Pki::new(0).server(ChainKind::CnRightSanWrong, RootName::G2, &["hub.example"]).unwrap();
        assert_eq!(common_names(&chain.certificates[0]), ["hub.example"]);
        assert_eq!(dns_names(&chain.certificates[0]), ["other-host.test"]);
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes: Vec<u8>) {
            let der = CertificateDer::from(bytes);
            let _ = (validity(&der), common_names(&der), dns_names(&der));
        }
    }
}
