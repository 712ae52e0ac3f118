//! SAS tokens.

use std::fmt;

use base64::Engine;
use hmac::Mac;
use thiserror::Error;

use super::SharedKey;
use super::key::BASE64;
use crate::percent::{self, PercentError};

const PREFIX: &str = "SharedAccessSignature ";

/// A parsed SAS token. `Debug` shows no signature.
///
/// ```
/// use nanorig_wire::sas::{SasToken, SharedKey};
///
/// let key = SharedKey::from_base64("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")?;
/// let text = SasToken::sign("contoso.azure-devices.net/devices/dev1", 1_700_000_000, &key, None);
/// let token = SasToken::parse(&text)?;
/// assert!(token.verify(&key));
/// assert_eq!(token.resource(), "contoso.azure-devices.net/devices/dev1");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SasToken {
    /// `sr` exactly as it stands in the token: these bytes are signed.
    pub raw_resource: String,
    /// `se`: seconds since 1970-01-01 UTC.
    pub expiry_secs: i64,
    /// `skn`: name of the policy; an empty one counts as none.
    pub policy: Option<String>,
    raw_expiry: String,
    resource: String,
    signature: Vec<u8>,
}

/// A text that is no SAS token. Names fields, never their values.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TokenError {
    /// Does not start with `SharedAccessSignature ` and one space.
    #[error("token does not start with \"SharedAccessSignature \"")]
    Prefix,
    /// A field without `=`.
    #[error("field {index} has no equals sign")]
    NoEqualsSign {
        /// Which, from 0.
        index: usize,
    },
    /// `sr`, `sig` or `se` is not there or is empty.
    #[error("{field} is missing or empty")]
    Missing {
        /// The field.
        field: &'static str,
    },
    /// A field that comes twice.
    #[error("{field} comes twice")]
    Duplicate {
        /// The field.
        field: &'static str,
    },
    /// A field that cannot be percent-decoded.
    #[error("{field} is badly encoded")]
    Encoding {
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        source: PercentError,
    },
    /// `sig` is no base64.
    #[error("sig is not base64")]
    Signature,
    /// `se` is no whole number of seconds.
    #[error("se is not a whole number of seconds")]
    Expiry,
}

impl SasToken {
    /// Reads a token: fields in any order, cut at `&` and at their first `=`. Unknown fields are ignored.
    ///
    /// # Errors
    /// When the prefix or a field is missing or malformed.
    pub fn parse(text: &str) -> Result<Self, TokenError> {
        let fields = text.strip_prefix(PREFIX).ok_or(TokenError::Prefix)?;
        let [mut sr, mut sig, mut se, mut skn] = [None; 4];
        for (index, field) in fields.split('&').enumerate() {
            let (name, value) = field.split_once('=').ok_or(TokenError::NoEqualsSign { index })?;
            let (slot, field) = match name {
                "sr" => (&mut sr, "sr"),
                "sig" => (&mut sig, "sig"),
                "se" => (&mut se, "se"),
                "skn" => (&mut skn, "skn"),
                _ => continue,
            };
            if slot.replace(value).is_some() {
                return Err(TokenError::Duplicate { field });
            }
        }
        let raw_resource = required("sr", sr)?.to_owned();
        let raw_expiry = required("se", se)?.to_owned();
        let signature = decode("sig", required("sig", sig)?)?;
        Ok(Self {
            resource: decode("sr", &raw_resource)?,
            raw_resource,
            expiry_secs: parse_expiry(&raw_expiry)?,
            raw_expiry,
            policy: skn.filter(|name| !name.is_empty()).map(|name| decode("skn", name)).transpose()?,
            signature: BASE64.decode(signature).map_err(|_| TokenError::Signature)?,
        })
    }

    /// `sr` decoded: what the token is for.
    #[must_use]
    pub fn resource(&self) -> &str {
        &self.resource
    }

    /// Whether `key` made the signature, in constant time. Neither expiry nor resource is looked at.
    ///
    /// The text of `sr` and `se` as sent is what counts: SDKs differ in hexadecimal case and in
    /// which characters they escape, so encoding again would refuse half of them.
    #[must_use]
    pub fn verify(&self, key: &SharedKey) -> bool {
        key.mac(message(&self.raw_resource, &self.raw_expiry).as_bytes())
            .verify_slice(&self.signature)
            .is_ok()
    }

    /// Whether the token's resource is `target` or a prefix of it by whole path segments. The first
    /// segment, a host, compares without case; so `a/devices` covers `A/devices/dev1` and not
    /// `a/devices2`. A query behind the resource (`/?api-version=...`) is ignored.
    #[must_use]
    pub fn covers(&self, target: &str) -> bool {
        is_prefix(self.path(), target)
    }

    /// Whether the token's resource is `target` or something below it: the counterpart of [`covers`](Self::covers), by
    /// the same rules.
    #[must_use]
    pub fn is_within(&self, target: &str) -> bool {
        is_prefix(target, self.path())
    }

    /// The resource without a query behind it.
    fn path(&self) -> &str {
        self.resource.split("/?").next().unwrap_or_default().trim_end_matches('/')
    }

    /// Makes a token for `resource`, which is encoded with upper-case digits.
    #[must_use]
    pub fn sign(resource: &str, expiry_secs: i64, key: &SharedKey, policy: Option<&str>) -> String {
        Self::sign_raw(&percent::encode(resource), expiry_secs, key, policy)
    }

    /// Makes a token whose `sr` is `raw_resource` as it stands.
    #[must_use]
    pub fn sign_raw(raw_resource: &str, expiry_secs: i64, key: &SharedKey, policy: Option<&str>) -> String {
        let mac = key.mac(message(raw_resource, &expiry_secs.to_string()).as_bytes());
        let signature = percent::encode(&BASE64.encode(mac.finalize().into_bytes()));
        let mut token = format!("{PREFIX}sr={raw_resource}&sig={signature}&se={expiry_secs}");
        if let Some(policy) = policy {
            token.push_str("&skn=");
            token.push_str(&percent::encode(policy));
        }
        token
    }
}

/// Whether the segments of `prefix` are the first of `path`. The first, a host, compares without case.
fn is_prefix(prefix: &str, path: &str) -> bool {
    let mut wanted = path.split('/');
    prefix.split('/').enumerate().all(|(index, own)| match (index, wanted.next()) {
        (0, Some(host)) => own.eq_ignore_ascii_case(host),
        (_, Some(segment)) => own == segment,
        (_, None) => false,
    })
}

/// What is signed.
fn message(raw_resource: &str, raw_expiry: &str) -> String {
    format!("{raw_resource}\n{raw_expiry}")
}

fn required<'a>(field: &'static str, value: Option<&'a str>) -> Result<&'a str, TokenError> {
    value.filter(|value| !value.is_empty()).ok_or(TokenError::Missing { field })
}

fn decode(field: &'static str, value: &str) -> Result<String, TokenError> {
    percent::decode(value).map_err(|source| TokenError::Encoding { field, source })
}

/// Digits only: `+5`, ` 5` and `5.0` are no expiry.
fn parse_expiry(text: &str) -> Result<i64, TokenError> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits).ok_or(TokenError::Expiry)
}

impl fmt::Debug for SasToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SasToken")
            .field("raw_resource", &self.raw_resource)
            .field("expiry_secs", &self.expiry_secs)
            .field("policy", &self.policy)
            .field("signature", &format_args!("<{} bytes>", self.signature.len()))
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
