//! Tries again at once when the hub refuses its key.

use crate::habits::UnauthorizedUse;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "hammers-on-unauthorized",
    summary: "tries again at once when the hub refuses its key",
    source: "clients that retry every failure alike",
    fails: &["HUB-SAS-04", "MQTT-CONN-05"],
    apply: |habits| habits.cloud.reconnect.unauthorized = UnauthorizedUse::Hammer,
};
