//! Takes NTP seconds after 2036 for the years after 1900.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "not-era-aware",
    summary: "takes NTP seconds after 2036 for the years after 1900",
    source: "clients without RFC 4330 3",
    fails: &["TIME-2036-01"],
    apply: |habits| habits.net.sntp.era_aware = false,
};
