//! The protocol level of a CONNECT, which decides how the rest of it is read.

use super::reader::{Reader, V3};
use super::{PacketType, fixed_header};

/// The level that a CONNECT names: 3 for MQTT 3.1, 4 for 3.1.1, 5 for 5.0. `None` for any other packet and for one
/// that ends before its level; nothing behind the level is looked at.
///
/// ```
/// use nanorig_wire::mqtt::protocol_level;
///
/// assert_eq!(protocol_level(b"\x10\x0d\x00\x04MQTT\x05\x02\x00\x3c\x00\x00\x00"), Some(5));
/// assert_eq!(protocol_level(&[0xc0, 0x00]), None);
/// ```
#[must_use]
pub fn protocol_level(frame: &[u8]) -> Option<u8> {
    if PacketType::of_first_byte(*frame.first()?) != Some(PacketType::Connect) {
        return None;
    }
    let header = fixed_header::decode(frame).ok()??;
    let mut reader = Reader::new(frame, header.header_bytes, &V3);
    reader.binary("protocol name", "MQTT-3.1.2-1").ok()?;
    reader.u8("protocol level", "MQTT-3.1.2-2").ok()
}
