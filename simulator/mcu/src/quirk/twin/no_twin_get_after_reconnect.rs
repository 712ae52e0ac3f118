//! Reads the twin only after its first connection.

use crate::habits::TwinRead;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "no-twin-get-after-reconnect",
    summary: "reads the twin only after its first connection",
    source: "clients that rely on pushes",
    fails: &["TWIN-GET-02", "PNP-PROP-06", "NET-RESTART-01"],
    apply: |habits| habits.cloud.twin.read = TwinRead::FirstConnection,
};
