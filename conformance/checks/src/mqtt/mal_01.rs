//! MQTT-MAL-01: a reserved packet type, or one that only clients send, ends the connection.

use nanorig_wire::mqtt::{DecodeError, Fault};

use super::malformed;
use crate::{Check, Finding, View};

pub(crate) const CHECK: Check = Check { id: "MQTT-MAL-01", always: false, judge };

fn judge(view: &View<'_>) -> Finding {
    malformed::judge(view, is_mine)
}

fn is_mine(error: &DecodeError) -> bool {
    matches!(error.fault, Fault::ReservedType { .. } | Fault::WrongSender { .. })
}

#[cfg(test)]
mod tests {
    use crate::mqtt::malformed::tests::{calibrate, ignores};

    #[test]
    fn closing_passes_and_anything_else_fails() {
        calibrate("MQTT-MAL-01", &[0x00, 0x00]);
        calibrate("MQTT-MAL-01", &[0xf0, 0x00]);
        calibrate("MQTT-MAL-01", &[0x82, 6, 0, 1, 0, 1, b'a', 0]);
    }

    #[test]
    fn other_faults_are_left_to_others() {
        ignores("MQTT-MAL-01", &[0x41, 2, 0, 1]);
    }
}
