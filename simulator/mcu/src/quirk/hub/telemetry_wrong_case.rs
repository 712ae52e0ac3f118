//! Publishes telemetry to `Devices/...`.

use crate::habits::TelemetryTopic;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "telemetry-wrong-case",
    summary: "publishes telemetry to `Devices/...`",
    source: "topics are case-sensitive",
    fails: &["HUB-D2C-01"],
    apply: |habits| habits.cloud.hub.telemetry_topic = TelemetryTopic::WrongCase,
};
