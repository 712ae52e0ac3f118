//! Shared access keys.

use std::fmt;
use std::ops::RangeInclusive;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use thiserror::Error;

/// .NET takes a last character whose unused bits are set, so keys of that kind are in the field.
pub(super) const BASE64: GeneralPurpose =
    GeneralPurpose::new(&STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));

/// A shared access key of a device, a policy, an enrollment or an enrollment group. A secret.
///
/// ```
/// use nanorig_wire::sas::SharedKey;
///
/// let group = SharedKey::from_base64("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")?;
/// assert_eq!(group.derive("reg1").to_base64(), "JmUz+sD7TTdQ1k4CMocCiEm3mV1SXqOx8oozGLy+gIU=");
/// assert_eq!(format!("{group:?}"), "SharedKey(<32 bytes>)");
/// # Ok::<(), nanorig_wire::sas::KeyError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct SharedKey(Vec<u8>);

/// A text that is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Not standard base64 with padding.
    #[error("key is not base64")]
    NotBase64,
    /// Shorter or longer than [`SharedKey::BYTES`].
    #[error("key of {bytes} bytes is not between 16 and 64 bytes long")]
    Length {
        /// Its length.
        bytes: usize,
    },
}

impl SharedKey {
    /// How long a key may be, in bytes.
    pub const BYTES: RangeInclusive<usize> = 16..=64;

    /// Reads the text form of connection strings and of the portal.
    ///
    /// # Errors
    /// When it is no base64, or too short or too long.
    pub fn from_base64(text: &str) -> Result<Self, KeyError> {
        let bytes = BASE64.decode(text).map_err(|_| KeyError::NotBase64)?;
        Self::from_bytes(bytes)
    }

    /// Takes the key's bytes.
    ///
    /// # Errors
    /// When they are too few or too many.
    pub fn from_bytes(bytes: impl Into<Vec<u8>>) -> Result<Self, KeyError> {
        let bytes = bytes.into();
        if Self::BYTES.contains(&bytes.len()) {
            Ok(Self(bytes))
        } else {
            Err(KeyError::Length { bytes: bytes.len() })
        }
    }

    /// The text form: the secret itself.
    #[must_use]
    pub fn to_base64(&self) -> String {
        BASE64.encode(&self.0)
    }

    /// The bytes: the secret itself.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// The key of one device of an enrollment group: HMAC-SHA256 over its registration id, whose
    /// letters count as they are.
    #[must_use]
    pub fn derive(&self, registration_id: &str) -> Self {
        Self(self.mac(registration_id.as_bytes()).finalize().into_bytes().to_vec())
    }

    /// HMAC-SHA256 over `message` in base64: the `sig` of a blob's shared access signature.
    #[must_use]
    pub fn sign(&self, message: &str) -> String {
        BASE64.encode(self.mac(message.as_bytes()).finalize().into_bytes())
    }

    /// Whether `signature` is what [`sign`](Self::sign) makes of `message`, in constant time.
    #[must_use]
    pub fn verifies(&self, message: &str, signature: &str) -> bool {
        let Ok(signature) = BASE64.decode(signature) else { return false };
        self.mac(message.as_bytes()).verify_slice(&signature).is_ok()
    }

    pub(super) fn mac(&self, message: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(message);
        mac
    }
}

impl fmt::Debug for SharedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SharedKey(<{} bytes>)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_keys_of_the_documentation() {
        let group =
            "8isrFI1sGsIlvvFSSFRiMfCNzv21fjbE/+ah/lSh3lF8e2YG1Te7w1KpZhJFFXJrqYKi9yegxkqIChbqOS9Egw==";
        let derived = SharedKey::from_base64(group).unwrap().derive("sn-007-888-abc-mac-a1-b2-c3-d4-e5-f6");
        assert_eq!(derived.to_base64(), "Jsm0lyGpjaVYVP2g3FnmnmG9dI/9qU24wNoykUmermc=");
        let counting = SharedKey::from_bytes((0..32).collect::<Vec<u8>>()).unwrap();
        assert_eq!(counting.derive("reg1").to_base64(), "JmUz+sD7TTdQ1k4CMocCiEm3mV1SXqOx8oozGLy+gIU=");
        assert_ne!(counting.derive("REG1"), counting.derive("reg1"));
    }

    #[test]
    fn lengths_in_pairs() {
        for good in [16, 64] {
            assert!(SharedKey::from_bytes(vec![7; good]).is_ok());
        }
        for bad in [0, 15, 65] {
            assert_eq!(SharedKey::from_bytes(vec![7; bad]), Err(KeyError::Length { bytes: bad }));
        }
    }

    #[test]
    fn text_must_be_padded_base64() {
        let text = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
        assert_eq!(SharedKey::from_base64(text).unwrap().to_base64(), text);
        assert_eq!(SharedKey::from_base64(text.trim_end_matches('=')), Err(KeyError::NotBase64));
        assert_eq!(SharedKey::from_base64("not base64"), Err(KeyError::NotBase64));
        // The two unused bits of the last character are set.
        assert!(SharedKey::from_base64("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9=").is_ok());
    }

    #[test]
    fn a_signature_fits_its_message_and_no_other() {
        let key = SharedKey::from_bytes((0..32).collect::<Vec<u8>>()).unwrap();
        let signature = key.sign("r\n\n2024");
        assert!(key.verifies("r\n\n2024", &signature));
        for (message, signature) in [("r\n\n2025", signature.as_str()), ("r\n\n2024", ""), ("r\n\n2024", "%")]
        {
            assert!(!key.verifies(message, signature));
        }
    }

    #[test]
    fn debug_shows_no_secret() {
        let key = SharedKey::from_bytes(vec![0xab; 32]).unwrap();
        assert_eq!(format!("{key:?}"), "SharedKey(<32 bytes>)");
    }
}
