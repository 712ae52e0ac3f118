//! Percent-encoding (RFC 3986, section 2.1) as Azure uses it: `+` is a plus, never a space.

use thiserror::Error;

/// Text that is not percent-encoded UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PercentError {
    /// `%` without two hexadecimal digits.
    #[error("percent sign at byte {at} is not followed by two hexadecimal digits")]
    BadEscape {
        /// Where the `%` stands in the encoded text.
        at: usize,
    },
    /// The decoded bytes are no UTF-8.
    #[error("decoded bytes are ill-formed utf-8 after {valid} bytes")]
    IllFormedUtf8 {
        /// Good bytes in front, counted in the decoded text.
        valid: usize,
    },
}

/// Escapes everything but the unreserved characters (letters, digits, `-._~`), with upper-case digits.
///
/// ```
/// assert_eq!(nanorig_wire::percent::encode("a b/c+ä"), "a%20b%2Fc%2B%C3%A4");
/// ```
#[must_use]
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    append(&mut out, text);
    out
}

/// Appends `text` to `out` as [`encode`] writes it.
pub(crate) fn append(out: &mut String, text: &str) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    // What stays is copied in pieces, which are ASCII and thus begin and end between characters.
    let mut copied = 0;
    for (at, byte) in text.bytes().enumerate() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            continue;
        }
        out.push_str(text.get(copied..at).unwrap_or_default());
        copied = at + 1;
        let escape = [b'%', DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]];
        out.extend(escape.map(char::from));
    }
    out.push_str(text.get(copied..).unwrap_or_default());
}

/// Resolves escapes with digits of either case; all else, `+` included, stays as it is.
///
/// # Errors
/// When an escape is incomplete, or the result is no UTF-8.
pub fn decode(text: &str) -> Result<String, PercentError> {
    let bytes = text.as_bytes();
    if !bytes.contains(&b'%') {
        return Ok(text.to_owned());
    }
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if byte != b'%' {
            out.push(byte);
            at += 1;
            continue;
        }
        let digit = |offset: usize| bytes.get(at + offset).and_then(|&b| char::from(b).to_digit(16));
        let (Some(high), Some(low)) = (digit(1), digit(2)) else {
            return Err(PercentError::BadEscape { at });
        };
        out.push((high << 4 | low) as u8);
        at += 3;
    }
    String::from_utf8(out)
        .map_err(|error| PercentError::IllFormedUtf8 { valid: error.utf8_error().valid_up_to() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_case_decodes_and_plus_stays() {
        assert_eq!(decode("%2F%2f+%24.mid").as_deref(), Ok("//+$.mid"));
    }

    #[test]
    fn incomplete_escapes_are_rejected_at_their_place() {
        assert_eq!(decode("a%2"), Err(PercentError::BadEscape { at: 1 }));
        assert_eq!(decode("%zz"), Err(PercentError::BadEscape { at: 0 }));
        assert_eq!(decode("ab%"), Err(PercentError::BadEscape { at: 2 }));
        assert_eq!(decode("%+1"), Err(PercentError::BadEscape { at: 0 }));
    }

    #[test]
    fn a_surrogate_is_no_utf8() {
        assert_eq!(decode("a%ED%A0%80"), Err(PercentError::IllFormedUtf8 { valid: 1 }));
    }
}
