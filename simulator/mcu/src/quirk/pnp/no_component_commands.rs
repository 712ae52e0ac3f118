//! Does not find `component*command`.

use crate::habits::Catalogue;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "no-component-commands",
    summary: "does not find `component*command`",
    source: "nanoFramework/Home#1170",
    fails: &["PNP-CMD-01"],
    apply: |habits| habits.cloud.pnp.commands = Catalogue::RootOnly,
};
