//! MQTT-MAL-04: a topic that is not UTF-8, or has U+0000 in it, ends the connection.

use nanorig_wire::mqtt::{DecodeError, Fault};

use super::malformed;
use crate::{Check, Finding, View};

pub(crate) const CHECK: Check = Check { id: "MQTT-MAL-04", always: false, judge };

fn judge(view: &View<'_>) -> Finding {
    malformed::judge(view, is_mine)
}

fn is_mine(error: &DecodeError) -> bool {
    matches!(error.fault, Fault::IllFormedUtf8 { .. } | Fault::NullCharacter { .. })
}

#[cfg(test)]
mod tests {
    use crate::mqtt::malformed::tests::{calibrate, ignores};

    #[test]
    fn closing_passes_and_anything_else_fails() {
        calibrate("MQTT-MAL-04", &[0x30, 4, 0, 2, 0xc0, 0xaf]);
        calibrate("MQTT-MAL-04", &[0x30, 5, 0, 3, 0xed, 0xa0, 0x80]);
        calibrate("MQTT-MAL-04", &[0x30, 5, 0, 3, b'a', 0, b'b']);
    }

    #[test]
    fn other_faults_are_left_to_others() {
        ignores("MQTT-MAL-04", &[0x36, 6, 0, 1, b'a', 0, 1, b'x']);
    }
}
