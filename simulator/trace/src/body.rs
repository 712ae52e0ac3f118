//! Bodies of messages, as people write and read them.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::HexBytes;

/// A message's body: the JSON value when the message says that it is JSON, else text, else `{"hex": ...}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Body(pub Value);

impl Body {
    /// Bytes that are said to be JSON. What is none all the same is shown as it is.
    #[must_use]
    pub fn json(bytes: &[u8]) -> Self {
        serde_json::from_slice(bytes).map_or_else(|_| Self::from(bytes), Self)
    }

    /// True when these bytes can be read as this body. Traces of earlier versions have all bodies in hexadecimal digits.
    #[must_use]
    pub fn is(&self, bytes: &[u8]) -> bool {
        let digits = || HexBytes(bytes.to_vec().into()).to_string();
        *self == Self::from(bytes) || *self == Self::json(bytes) || self.0.as_str() == Some(&digits())
    }
}

impl From<&[u8]> for Body {
    fn from(bytes: &[u8]) -> Self {
        let digits = || HexBytes(bytes.to_vec().into()).to_string();
        Self(std::str::from_utf8(bytes).map_or_else(|_| json!({ "hex": digits() }), Value::from))
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Self::from(bytes.as_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_text_json_or_digits() {
        assert_eq!(Body::from(&b"hello"[..]).0, json!("hello"));
        assert_eq!(Body::from(&b"{}"[..]).0, json!("{}"), "nothing says that it is JSON");
        assert_eq!(Body::json(b"{\"a\": 1}").0, json!({"a": 1}));
        assert_eq!(Body::json(b"{\"a\"").0, json!("{\"a\""));
        assert_eq!(Body::json(&[0xff, 0]).0, json!({"hex": "ff00"}));
    }

    #[test]
    fn a_body_is_known_in_each_form() {
        for body in [json!("[1]"), json!([1]), json!("5b315d")] {
            assert!(Body(body.clone()).is(b"[1]"), "{body}");
            assert!(!Body(body.clone()).is(b"[2]"), "{body}");
        }
        assert!(Body::from(vec![0xff]).is(&[0xff]) && !Body::from(vec![0xff]).is(&[0xfe]));
    }
}
