//! Never asks DPS again once it has a hub.

use crate::habits::UnauthorizedUse;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "never-reprovisions",
    summary: "never asks DPS again once it has a hub",
    source: "clients that store the hub for good",
    fails: &["DPS-REPROV-01"],
    apply: |habits| {
        habits.cloud.reconnect.reprovision_after = None;
        habits.cloud.reconnect.unauthorized = UnauthorizedUse::NewTokenOnly;
    },
};
