//! How versions and cipher suites are called in a trace.

use rustls::{CipherSuite, ProtocolVersion};

/// `TLSv1.2`, `TLSv1.3`, or the number of another version.
#[must_use]
pub fn version_name(version: ProtocolVersion) -> String {
    match version {
        ProtocolVersion::TLSv1_2 => "TLSv1.2".to_owned(),
        ProtocolVersion::TLSv1_3 => "TLSv1.3".to_owned(),
        other => format!("0x{:04x}", u16::from(other)),
    }
}

/// The name that IANA gave a cipher suite. rustls writes those of TLS 1.3 with another prefix.
#[must_use]
pub fn suite_name(suite: CipherSuite) -> String {
    let name = suite.as_str().map_or_else(|| format!("0x{:04x}", u16::from(suite)), str::to_owned);
    match name.strip_prefix("TLS13_") {
        Some(rest) => format!("TLS_{rest}"),
        None => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_iana() {
        assert_eq!(suite_name(CipherSuite::TLS13_AES_128_GCM_SHA256), "TLS_AES_128_GCM_SHA256");
        assert_eq!(
            suite_name(CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384),
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"
        );
        assert_eq!(suite_name(CipherSuite::Unknown(0xfafa)), "0xfafa");
        assert_eq!(version_name(ProtocolVersion::TLSv1_3), "TLSv1.3");
        assert_eq!(version_name(ProtocolVersion::TLSv1_1), "0x0302");
    }
}
