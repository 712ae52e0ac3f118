//! Asks for the twin before it has subscribed to the answers.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "asks-twin-before-subscribing",
    summary: "asks for the twin before it has subscribed to the answers",
    source: "samples that publish in the connect handler",
    fails: &["TWIN-GET-01"],
    apply: |habits| habits.cloud.twin.asks_before_subscribing = true,
};
