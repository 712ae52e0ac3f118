//! Doubles its delay without a cap.

use crate::habits::Growth;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "uncapped-backoff",
    summary: "doubles its delay without a cap",
    source: "textbook back-off",
    fails: &["RECON-BACKOFF-04", "RECON-LONG-01"],
    apply: |habits| habits.cloud.reconnect.growth = Growth::ExponentialUncapped,
};
