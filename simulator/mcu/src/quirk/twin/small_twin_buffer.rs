//! Has 4 KiB for the twin and stops when it is larger.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "small-twin-buffer",
    summary: "has 4 KiB for the twin and stops when it is larger",
    source: "fixed buffers of samples",
    fails: &["TWIN-SIZE-01"],
    apply: |habits| {
        habits.cloud.twin.max_document = 4_096;
        habits.cloud.twin.faults_on_large = true;
    },
};
