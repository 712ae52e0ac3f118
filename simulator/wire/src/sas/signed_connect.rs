//! The signature of a CONNECT by MQTT 5 (docs/azure.md 14.2).

use std::fmt;

use hmac::Mac;

use super::SharedKey;

/// What a device signs instead of a token: five lines, of which those that are left out are empty.
///
/// `Debug` does not show the signature.
///
/// ```
/// use nanorig_wire::sas::{SharedKey, SignedConnect};
///
/// let key = SharedKey::from_base64("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")?;
/// let mut connect = SignedConnect {
///     host: "contoso.azure-devices.net",
///     client_id: "dev1",
///     policy: "",
///     at: "1700000000000",
///     expiry: "1700003600000",
///     signature: &[],
/// };
/// let signature = connect.sign(&key);
/// assert_eq!(signature[..4], [0x79, 0xe4, 0x09, 0x40]);
/// connect.signature = &signature;
/// assert!(connect.verify(&key));
/// # Ok::<(), nanorig_wire::sas::KeyError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SignedConnect<'a> {
    /// Host name of the hub as the device wrote it.
    pub host: &'a str,
    /// Client identifier.
    pub client_id: &'a str,
    /// Shared access policy, or empty.
    pub policy: &'a str,
    /// `sas-at` as the device wrote it, or empty.
    pub at: &'a str,
    /// `sas-expiry` as the device wrote it.
    pub expiry: &'a str,
    /// HMAC-SHA256, 32 bytes.
    pub signature: &'a [u8],
}

impl SignedConnect<'_> {
    /// The signature that `key` makes.
    #[must_use]
    pub fn sign(&self, key: &SharedKey) -> Vec<u8> {
        key.mac(self.text().as_bytes()).finalize().into_bytes().to_vec()
    }

    /// Whether the signature is the key's, in constant time.
    #[must_use]
    pub fn verify(&self, key: &SharedKey) -> bool {
        key.mac(self.text().as_bytes()).verify_slice(self.signature).is_ok()
    }

    /// `sas-expiry` as milliseconds since 1970; `None` when it is no whole number.
    #[must_use]
    pub fn expiry_ms(&self) -> Option<i64> {
        let is_number = !self.expiry.is_empty() && self.expiry.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| self.expiry.parse().ok()).flatten()
    }

    fn text(&self) -> String {
        format!("{}\n{}\n{}\n{}\n{}\n", self.host, self.client_id, self.policy, self.at, self.expiry)
    }
}

impl fmt::Debug for SignedConnect<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedConnect")
            .field("host", &self.host)
            .field("client_id", &self.client_id)
            .field("policy", &self.policy)
            .field("at", &self.at)
            .field("expiry", &self.expiry)
            .field("signature_bytes", &self.signature.len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONNECT: SignedConnect<'_> = SignedConnect {
        host: "contoso.azure-devices.net",
        client_id: "dev1",
        policy: "",
        at: "1700000000000",
        expiry: "1700003600000",
        signature: &[],
    };

    fn key() -> SharedKey {
        SharedKey::from_bytes((0..32).collect::<Vec<u8>>()).unwrap()
    }

    #[test]
    fn the_vector_that_another_hmac_made() {
        let hex: String = CONNECT.sign(&key()).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "79e409402012d9ea49060975e39ae226d7837f78a69cd26730778e37e68caacc");
    }

    #[test]
    fn each_line_counts() {
        let signature = CONNECT.sign(&key());
        let good = SignedConnect { signature: &signature, ..CONNECT };
        assert!(good.verify(&key()));
        for other in [
            SignedConnect { host: "fabrikam.azure-devices.net", ..good },
            SignedConnect { client_id: "dev2", ..good },
            SignedConnect { policy: "device", ..good },
            SignedConnect { at: "", ..good },
            SignedConnect { expiry: "1700003600001", ..good },
            SignedConnect { signature: &signature[..31], ..good },
        ] {
            assert!(!other.verify(&key()), "{other:?}");
        }
    }

    #[test]
    fn an_expiry_is_digits_alone() {
        let of = |expiry| SignedConnect { expiry, ..CONNECT }.expiry_ms();
        assert_eq!(of("1700003600000"), Some(1_700_003_600_000));
        for bad in ["", "+1", "-1", "1.5", "99999999999999999999"] {
            assert_eq!(of(bad), None, "{bad}");
        }
    }
}
