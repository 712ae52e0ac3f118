//! MQTT-MAL-05: a length inside a packet that leads out of it ends the connection.

use nanorig_wire::mqtt::{DecodeError, Fault};

use super::malformed;
use crate::{Check, Finding, View};

pub(crate) const CHECK: Check = Check { id: "MQTT-MAL-05", always: false, judge };

fn judge(view: &View<'_>) -> Finding {
    malformed::judge(view, is_mine)
}

fn is_mine(error: &DecodeError) -> bool {
    matches!(error.fault, Fault::Truncated { .. }) && error.offset > 1
}

#[cfg(test)]
mod tests {
    use crate::mqtt::malformed::tests::{calibrate, ignores};

    #[test]
    fn closing_passes_and_anything_else_fails() {
        calibrate("MQTT-MAL-05", &[0x30, 8, 0xff, 0xff, b'a', b'b', b'c', b'd', b'e', b'f']);
    }

    #[test]
    fn other_faults_are_left_to_others() {
        ignores("MQTT-MAL-05", &[0x00, 0x00]);
    }
}
