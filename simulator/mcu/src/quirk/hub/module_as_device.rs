//! Publishes a module's telemetry to its device's topic.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "module-as-device",
    summary: "publishes a module's telemetry to its device's topic",
    source: "clients without module topics",
    fails: &["HUB-MOD-01"],
    apply: |habits| habits.cloud.hub.module_as_device = true,
};
