//! The fixed header: packet type, flags and remaining length.

use super::{DecodeError, EncodeError, Fault, varint};

/// The largest remaining length that four bytes can say (MQTT-2.2.3).
pub const MAX_REMAINING_LENGTH: usize = varint::MAX;

/// A fixed header that is complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FixedHeader {
    /// Bytes of the header itself, 2 to 5.
    pub(crate) header_bytes: usize,
    /// Bytes that follow it.
    pub(crate) remaining_length: usize,
    /// False when fewer bytes could say the remaining length.
    pub(crate) is_shortest: bool,
}

/// Reads a fixed header from the start of `bytes`; `None` when it is not complete yet.
///
/// A remaining length with needless zero digits (`0x80 0x00`) is taken: only MQTT 5 forbids it.
pub(crate) fn decode(bytes: &[u8]) -> Result<Option<FixedHeader>, DecodeError> {
    let Some(digits) = bytes.get(1..) else { return Ok(None) };
    match varint::decode(digits) {
        Ok(found) => Ok(found.map(|length| FixedHeader {
            header_bytes: 1 + length.bytes,
            remaining_length: length.value,
            is_shortest: length.is_shortest(),
        })),
        Err(found) => Err(DecodeError {
            clause: "MQTT-2.2.3",
            offset: 1,
            field: "remaining length",
            fault: Fault::LengthTooLong { found },
        }),
    }
}

/// The fixed header of a packet that is whole and alone; `clause` is the statement about the remaining length of any other.
pub(crate) fn of_whole(frame: &[u8], clause: &'static str) -> Result<FixedHeader, DecodeError> {
    let error = |fault| Err(DecodeError { clause, offset: 1, field: "remaining length", fault });
    let Some(header) = decode(frame)? else {
        return error(Fault::Truncated { needed: frame.len() + 1, available: frame.len() });
    };
    let available = frame.len() - header.header_bytes;
    match available.checked_sub(header.remaining_length) {
        Some(0) => Ok(header),
        Some(count) => error(Fault::TrailingBytes { count }),
        None => error(Fault::Truncated { needed: header.remaining_length, available }),
    }
}

/// Appends the shortest fixed header.
pub(crate) fn encode(first_byte: u8, remaining_length: usize, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    if remaining_length > MAX_REMAINING_LENGTH {
        return Err(EncodeError::PacketTooLarge { bytes: remaining_length });
    }
    out.push(first_byte);
    varint::encode(remaining_length, out);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Table 2.4 of the standard: the first and last value of each number of bytes.
    const TABLE_2_4: [(usize, &[u8]); 8] = [
        (0, &[0x00]),
        (127, &[0x7f]),
        (128, &[0x80, 0x01]),
        (16_383, &[0xff, 0x7f]),
        (16_384, &[0x80, 0x80, 0x01]),
        (2_097_151, &[0xff, 0xff, 0x7f]),
        (2_097_152, &[0x80, 0x80, 0x80, 0x01]),
        (268_435_455, &[0xff, 0xff, 0xff, 0x7f]),
    ];

    #[test]
    fn remaining_lengths_of_table_2_4() {
        for (length, digits) in TABLE_2_4 {
            let mut bytes = Vec::new();
            encode(0x30, length, &mut bytes).unwrap();
            assert_eq!(&bytes[1..], digits, "{length}");
            let header =
                FixedHeader { header_bytes: 1 + digits.len(), remaining_length: length, is_shortest: true };
            assert_eq!(decode(&bytes), Ok(Some(header)));
            assert_eq!(decode(&bytes[..bytes.len() - 1]), Ok(None));
        }
    }

    #[test]
    fn one_more_than_four_bytes_can_say_is_not_encoded() {
        let mut out = Vec::new();
        let error = encode(0x30, MAX_REMAINING_LENGTH + 1, &mut out).unwrap_err();
        assert_eq!(error, EncodeError::PacketTooLarge { bytes: 268_435_456 });
        assert!(out.is_empty());
    }

    #[test]
    fn a_fifth_byte_is_rejected_as_soon_as_the_fourth_asks_for_it() {
        let error = decode(&[0x30, 0xff, 0xff, 0xff, 0xff]).unwrap_err();
        assert_eq!(error.clause, "MQTT-2.2.3");
        assert_eq!(
            error.to_string(),
            "remaining length at byte 1: the fourth byte of the remaining length has its continuation bit set \
             (found 0xff) [MQTT-2.2.3]"
        );
    }

    #[test]
    fn needless_digits_are_taken_in_3_1_1() {
        let header = FixedHeader { header_bytes: 5, remaining_length: 0, is_shortest: false };
        assert_eq!(decode(&[0xc0, 0x80, 0x80, 0x80, 0x00]), Ok(Some(header)));
    }
}
