//! Reads the twin only when the application asks.

use crate::habits::TwinRead;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "never-reads-twin",
    summary: "reads the twin only when the application asks",
    source: "nanoFramework",
    fails: &["TWIN-GET-02", "PNP-PROP-06", "NET-RESTART-01"],
    apply: |habits| habits.cloud.twin.read = TwinRead::OnDemand,
};
