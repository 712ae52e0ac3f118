//! MQTT-MAL-02: a remaining length of more than four bytes ends the connection.

use nanorig_wire::mqtt::{DecodeError, Fault};

use super::malformed;
use crate::{Check, Finding, View};

pub(crate) const CHECK: Check = Check { id: "MQTT-MAL-02", always: false, judge };

fn judge(view: &View<'_>) -> Finding {
    malformed::judge(view, is_mine)
}

fn is_mine(error: &DecodeError) -> bool {
    matches!(error.fault, Fault::LengthTooLong { .. })
}

#[cfg(test)]
mod tests {
    use crate::mqtt::malformed::tests::{calibrate, ignores};

    #[test]
    fn closing_passes_and_anything_else_fails() {
        calibrate("MQTT-MAL-02", &[0x30, 0xff, 0xff, 0xff, 0xff, 0x01]);
    }

    #[test]
    fn other_faults_are_left_to_others() {
        ignores("MQTT-MAL-02", &[0x00, 0x00]);
    }
}
