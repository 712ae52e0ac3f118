//! Does not answer methods that it does not know.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "silent-on-unknown-method",
    summary: "does not answer methods that it does not know",
    source: "nanoFramework DeviceClient",
    fails: &["METHOD-02"],
    apply: |habits| habits.cloud.methods.unknown = None,
};
