//! Loses 6.5 kB of native heap with each connection.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "leaks-on-reconnect",
    summary: "loses 6.5 kB of native heap with each connection",
    source: "azure-iot-middleware-freertos#234",
    fails: &["HUB-SAS-05", "RES-LEAK-01"],
    apply: |habits| habits.cloud.leaks.per_connection = 6_500,
};
