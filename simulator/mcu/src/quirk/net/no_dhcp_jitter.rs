//! Asks for an address in step with its siblings.

use std::time::Duration;

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "no-dhcp-jitter",
    summary: "asks for an address in step with its siblings",
    source: "against RFC 2131 4.1",
    fails: &["DHCP-02"],
    apply: |habits| habits.net.dhcp.jitter = Duration::ZERO,
};
