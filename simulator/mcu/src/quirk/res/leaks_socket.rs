//! Leaves the sockets of ended connections open.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "leaks-socket",
    summary: "leaves the sockets of ended connections open",
    source: "error paths without a close",
    fails: &["RES-SOCK-02", "RES-SOCK-01", "RES-LEAK-01"],
    apply: |habits| habits.cloud.leaks.sockets = true,
};
