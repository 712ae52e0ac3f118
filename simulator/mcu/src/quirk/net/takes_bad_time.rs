//! Takes time from answers that fail the sanity checks.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "takes-bad-time",
    summary: "takes time from answers that fail the sanity checks",
    source: "minimal SNTP clients",
    fails: &["SNTP-02"],
    apply: |habits| {
        habits.net.sntp.check_origin = false;
        habits.net.sntp.check_mode = false;
        habits.net.sntp.check_stratum = false;
        habits.net.sntp.check_leap = false;
        habits.net.sntp.check_transmit = false;
        habits.net.sntp.check_source = false;
    },
};
