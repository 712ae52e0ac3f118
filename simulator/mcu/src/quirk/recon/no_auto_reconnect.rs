//! Does not connect again by itself.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "no-auto-reconnect",
    summary: "does not connect again by itself",
    source: "nanoFramework DeviceClient",
    fails: &[
        "RECON-BACKOFF-01",
        "RECON-BACKOFF-02",
        "RECON-BACKOFF-03",
        "RECON-BACKOFF-04",
        "RECON-STATE-01",
        "RECON-LONG-01",
        "RECON-INT-01",
        "HUB-SAS-03",
        "NET-PART-01",
        "NET-RESTART-01",
    ],
    apply: |habits| habits.cloud.reconnect.automatic = false,
};
