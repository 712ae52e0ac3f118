//! Sets the retain flag of telemetry.

use crate::habits::MessageForm;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "retains-telemetry",
    summary: "sets the retain flag of telemetry",
    source: "IoT Hub keeps nothing; it becomes a property",
    fails: &["HUB-D2C-04"],
    apply: |habits| habits.cloud.hub.message = MessageForm::Retained,
};
