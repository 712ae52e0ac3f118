//! MQTT-MAL-03: flags that must not be, and QoS 3, end the connection.

use nanorig_wire::mqtt::{DecodeError, Fault};

use super::malformed;
use crate::{Check, Finding, View};

pub(crate) const CHECK: Check = Check { id: "MQTT-MAL-03", always: false, judge };

fn judge(view: &View<'_>) -> Finding {
    malformed::judge(view, is_mine)
}

fn is_mine(error: &DecodeError) -> bool {
    matches!(error.fault, Fault::FixedFlags { .. } | Fault::QoS3 | Fault::DupAtQoS0)
}

#[cfg(test)]
mod tests {
    use crate::mqtt::malformed::tests::{calibrate, ignores};

    #[test]
    fn closing_passes_and_anything_else_fails() {
        calibrate("MQTT-MAL-03", &[0x41, 2, 0, 1]);
        calibrate("MQTT-MAL-03", &[0x36, 6, 0, 1, b'a', 0, 1, b'x']);
    }

    #[test]
    fn other_faults_are_left_to_others() {
        ignores("MQTT-MAL-03", &[0x30, 4, 0, 2, 0xc0, 0xaf]);
    }
}
