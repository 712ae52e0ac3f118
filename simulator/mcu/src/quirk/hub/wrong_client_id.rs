//! Writes the device id in capitals in the client id.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "wrong-client-id",
    summary: "writes the device id in capitals in the client id",
    source: "ids are case-sensitive; seen as endless reconnects",
    fails: &["HUB-CONN-01"],
    apply: |habits| habits.cloud.hub.wrong_client_id = true,
};
