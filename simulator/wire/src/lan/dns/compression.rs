//! Names on the wire: labels, and pointers to labels that went before (RFC 1035 4.1.4).

use std::collections::BTreeMap;

use super::name::{LABEL_LIMIT, NAME_LIMIT, Name};
use crate::octets::{DecodeError, Octets, Problem};

/// Highest offset that a pointer of 14 bits can name.
const POINTER_LIMIT: usize = 0x3fff;

/// Pointers that one name may follow, as many as it can have labels at most. Each can lead on to another, so that
/// without a limit every name of a message could cost as many steps as the message has octets.
const HOP_LIMIT: usize = 128;

/// Reads a name at `at`. `message` is the whole message, which pointers refer to.
///
/// Each pointer must go to a lower offset than the labels that led to it, so that no loop is possible.
pub(super) fn read_name(message: &[u8], at: &mut Octets<'_>) -> Result<Name, DecodeError> {
    let start = at.offset();
    let mut text = String::new();
    let mut here = at.under("RFC 1035 4.1.4");
    let mut lowest = start;
    let mut after = None;
    let mut hops = 0;
    loop {
        let label_at = here.offset();
        let length = here.u8("name")?;
        match length >> 6 {
            0b00 if length == 0 => break,
            0b00 => {
                let label = here.take(usize::from(length), "label")?;
                append(&mut text, label).map_err(|problem| here.error_at(label_at, "label", problem))?;
            }
            0b11 => {
                let target = usize::from(length & 0x3f) << 8 | usize::from(here.u8("compression pointer")?);
                hops += 1;
                if target >= lowest || hops > HOP_LIMIT {
                    return Err(here.error_at(label_at, "compression pointer", Problem::Pointer { target }));
                }
                after.get_or_insert(here);
                lowest = target;
                here = Octets::new(message, "RFC 1035 4.1.4");
                here.take(target, "compression pointer")?;
            }
            _ => {
                let problem = Problem::Value {
                    found: u64::from(length),
                    allowed: "a label length up to 63 or a pointer",
                };
                return Err(here.error_at(label_at, "label type", problem));
            }
        }
    }
    let end = after.unwrap_or(here).offset();
    at.take(end - start, "name")?;
    Ok(Name::from_checked(text))
}

fn append(text: &mut String, label: &[u8]) -> Result<(), Problem> {
    let octets = text.len() + label.len() + 3;
    if octets > NAME_LIMIT {
        return Err(Problem::Length { found: octets, allowed: "a name of 255" });
    }
    debug_assert!(label.len() <= LABEL_LIMIT, "the length octet's two upper bits are zero");
    if !text.is_empty() {
        text.push('.');
    }
    for &octet in label {
        if !octet.is_ascii_graphic() || octet == b'.' {
            return Err(Problem::Text { octet });
        }
        text.push(char::from(octet));
    }
    Ok(())
}

/// Writes names, pointing back to those already written.
#[derive(Default)]
pub(super) struct NameWriter {
    /// Offset of each suffix already written. The exact text is the key, not the folded one, so that a
    /// decoder gets back the case that was written.
    written: BTreeMap<String, usize>,
}

impl NameWriter {
    pub(super) fn write(&mut self, name: &Name, out: &mut Vec<u8>) {
        let labels: Vec<&str> = name.labels().collect();
        for (index, label) in labels.iter().enumerate() {
            let suffix = labels[index..].join(".");
            if let Some(&offset) = self.written.get(&suffix) {
                out.extend(
                    (0xc000 | u16::try_from(offset).expect("only offsets of 14 bits are kept")).to_be_bytes(),
                );
                return;
            }
            if out.len() <= POINTER_LIMIT {
                self.written.insert(suffix, out.len());
            }
            out.push(u8::try_from(label.len()).expect("a label has at most 63 octets"));
            out.extend(label.as_bytes());
        }
        out.push(0);
    }
}
