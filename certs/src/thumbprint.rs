//! Thumbprints as Azure writes them: upper-case hexadecimal digits of a digest of the DER.

use std::fmt::Write as _;

use sha1::Sha1;
use sha2::{Digest, Sha256};

/// SHA-1 of a certificate's DER, 40 upper-case hexadecimal digits.
#[must_use]
pub fn sha1_thumbprint(certificate: &[u8]) -> String {
    hex(&Sha1::digest(certificate))
}

/// SHA-256 of a certificate's DER, 64 upper-case hexadecimal digits.
#[must_use]
pub fn sha256_thumbprint(certificate: &[u8]) -> String {
    hex(&Sha256::digest(certificate))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        write!(text, "{byte:02X}").expect("a String takes everything");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FIPS 180 examples for the message "abc".
    #[test]
    fn digests_are_those_of_the_standard() {
        assert_eq!(sha1_thumbprint(b"abc"), "A9993E364706816ABA3E25717850C26C9CD0D89D");
        assert_eq!(
            sha256_thumbprint(b"abc"),
            "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"
        );
    }
}
