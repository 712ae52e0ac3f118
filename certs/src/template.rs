//! What a certificate says, before somebody signs it.

use rcgen::string::PrintableString;
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DistinguishedName, DnType, DnValue,
    ExtendedKeyUsagePurpose, IsCa, KeyUsagePurpose, SanType, SerialNumber,
};
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;

/// Seconds of a day.
pub(crate) const DAY: i64 = 86_400;

/// An arc for padding, in the private enterprise space of RFC 5612 (documentation).
const PADDING_OID: &[u64] = &[1, 3, 6, 1, 4, 1, 32473, 1];

/// First and last second of a certificate's validity, in seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Validity {
    pub(crate) not_before: i64,
    pub(crate) not_after: i64,
}

impl Validity {
    /// Days before and after the day `today` begins at.
    pub(crate) const fn days(today: i64, before: i64, after: i64) -> Self {
        Self { not_before: today + before * DAY, not_after: today + after * DAY }
    }
}

/// Builder of rcgen's parameters that leaves nothing to rcgen's defaults.
pub(crate) struct Template {
    params: CertificateParams,
}

impl Template {
    pub(crate) fn new(validity: Validity) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.not_before = at(validity.not_before);
        params.not_after = at(validity.not_after);
        params.use_authority_key_identifier_extension = true;
        Self { params }
    }

    pub(crate) fn subject(mut self, parts: &[(DnType, &str)]) -> Self {
        for (kind, value) in parts {
            let value = match kind {
                // X.520 allows no other string here, and Wireshark says so.
                DnType::CountryName => PrintableString::try_from(*value).map(DnValue::PrintableString),
                _ => Ok(DnValue::Utf8String((*value).to_owned())),
            };
            self.params.distinguished_name.push(kind.clone(), value.expect("country codes are letters"));
        }
        self
    }

    pub(crate) fn common_name(self, name: &str) -> Self {
        self.subject(&[(DnType::CommonName, name)])
    }

    /// An authority that may stand above `intermediates` further ones.
    pub(crate) fn authority(mut self, intermediates: u8) -> Self {
        self.params.is_ca = IsCa::Ca(BasicConstraints::Constrained(intermediates));
        self.params.key_usages =
            vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign, KeyUsagePurpose::DigitalSignature];
        self
    }

    pub(crate) fn leaf(mut self, purposes: Vec<ExtendedKeyUsagePurpose>) -> Self {
        self.params.is_ca = IsCa::ExplicitNoCa;
        self.params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        self.params.extended_key_usages = purposes;
        self
    }

    pub(crate) fn alternative_names(mut self, names: Vec<SanType>) -> Self {
        self.params.subject_alt_names = names;
        self
    }

    /// Adds an extension that nobody needs to understand, with `bytes` bytes of content.
    pub(crate) fn padding(mut self, bytes: usize) -> Self {
        // DER: OCTET STRING with a long-form length of two bytes, so that one more byte
        // of padding is one more byte of certificate. The content follows from the OID.
        let length = u16::try_from(bytes).unwrap_or(u16::MAX);
        let mut content = vec![0x04, 0x82];
        content.extend(length.to_be_bytes());
        content.extend((0..length).map(|at| at.wrapping_mul(31) as u8));
        self.params.custom_extensions = vec![CustomExtension::from_oid_content(PADDING_OID, content)];
        self
    }

    /// The parameters, with a serial number of 16 bytes that follows from `label`.
    pub(crate) fn build(mut self, label: &str) -> CertificateParams {
        let digest = Sha256::new().chain_update(b"serial\0").chain_update(label).finalize();
        let mut serial = digest[..16].to_vec();
        // RFC 5280 4.1.2.2: positive. A leading zero byte would be dropped and change the size.
        serial[0] = (serial[0] & 0x7f) | 0x40;
        self.params.serial_number = Some(SerialNumber::from(serial));
        self.params
    }
}

/// The calendar time; what the calendar of X.509 cannot express is moved to its ends.
fn at(unix_secs: i64) -> OffsetDateTime {
    // 1950-01-01 (UTCTime) to 9999-12-31 (GeneralizedTime), RFC 5280 4.1.2.5.
    let clamped = unix_secs.clamp(-631_152_000, 253_402_300_799);
    OffsetDateTime::from_unix_timestamp(clamped).expect("the years 1950 to 9999 are representable")
}
