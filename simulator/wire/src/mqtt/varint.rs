//! Variable byte integers: seven bits a byte, the lowest first, at most four bytes (3.1.1: 2.2.3, 5.0: 1.5.5).

/// The largest number that four bytes can say.
pub(crate) const MAX: usize = 268_435_455;

/// A number and the bytes that it took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct VarInt {
    pub(crate) value: usize,
    pub(crate) bytes: usize,
}

impl VarInt {
    /// False when fewer bytes could say the same, which MQTT 5 forbids and 3.1.1 does not.
    pub(crate) fn is_shortest(self) -> bool {
        self.bytes == length(self.value)
    }
}

/// Reads a number from the start of `bytes`; `None` when it is not complete yet.
///
/// # Errors
/// The fourth byte, when it asks for a fifth.
pub(crate) fn decode(bytes: &[u8]) -> Result<Option<VarInt>, u8> {
    let mut value = 0;
    for index in 0..4 {
        let Some(&digit) = bytes.get(index) else { return Ok(None) };
        value |= usize::from(digit & 0x7f) << (7 * index);
        if digit & 0x80 == 0 {
            return Ok(Some(VarInt { value, bytes: index + 1 }));
        }
    }
    Err(bytes[3])
}

/// Appends the shortest form of a number up to [`MAX`].
pub(crate) fn encode(value: usize, out: &mut Vec<u8>) {
    let mut rest = value;
    loop {
        let digit = (rest & 0x7f) as u8;
        rest >>= 7;
        if rest == 0 {
            return out.push(digit);
        }
        out.push(digit | 0x80);
    }
}

/// Bytes of the shortest form.
pub(crate) const fn length(value: usize) -> usize {
    match value {
        0..=127 => 1,
        128..=16_383 => 2,
        16_384..=2_097_151 => 3,
        _ => 4,
    }
}
