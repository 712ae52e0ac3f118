//! The error body that IoT Hub and DPS share.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

/// A body that is not the JSON it should be.
#[derive(Debug, Error)]
#[non_exhaustive]
#[error("body is not a valid {what}")]
pub struct BodyError {
    /// What it should be.
    pub what: &'static str,
    /// What the JSON parser says.
    pub source: serde_json::Error,
}

/// Why the service refused a request.
///
/// `errorCode` is never left out: the Node SDK knows a failure by its presence alone, and so a
/// success must not have one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ErrorBody {
    /// Six digits, of which the first three are the HTTP-like status: 401002.
    pub error_code: u32,
    /// Names the request in the service's logs.
    #[serde(default)]
    pub tracking_id: String,
    /// For people.
    #[serde(default)]
    pub message: String,
    /// Details, IoT Hub only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub info: Option<Value>,
    /// Base64 of what a TPM takes its key from, DPS only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authentication_key: Option<String>,
    /// The policy that a token with that key names, DPS only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_name: Option<String>,
    /// When, ISO 8601 with `Z`.
    #[serde(default)]
    pub timestamp_utc: String,
}

impl ErrorBody {
    /// Reads the body of an answer.
    ///
    /// # Errors
    /// When it is no JSON object with an integer `errorCode`.
    pub fn from_json(body: &[u8]) -> Result<Self, BodyError> {
        serde_json::from_slice(body).map_err(|source| BodyError { what: "error body", source })
    }

    /// The JSON text.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a struct of numbers, texts and values is JSON")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literal_error_of_dps() {
        let text = concat!(
            r#"{"errorCode":401002,"trackingId":"4b7c","message":"Invalid certificate.","#,
            r#""timestampUtc":"2024-05-01T10:00:00.1234567Z"}"#
        );
        let body = ErrorBody::from_json(text.as_bytes()).unwrap();
        assert_eq!((body.error_code, body.message.as_str()), (401_002, "Invalid certificate."));
        assert_eq!(body.to_json(), text.as_bytes());
    }

    #[test]
    fn info_may_be_null_and_error_code_may_not_be_text() {
        let text =
            br#"{"errorCode":400004,"trackingId":"E7F2","message":"m","info":null,"timestampUtc":"t"}"#;
        assert_eq!(ErrorBody::from_json(text).unwrap().info, None);
        let error = ErrorBody::from_json(br#"{"errorCode":"400004"}"#).unwrap_err();
        assert_eq!(error.to_string(), "body is not a valid error body");
        assert!(ErrorBody::from_json(b"{\"desired\":{}}").is_err());
    }
}
