//! Which requirements a call provokes, for calls that a device or a bench may be unable to do.

use nanorig_trace::event::StepResult;

use crate::{Evidence, Finding, View};

/// Calls by their names in scenarios. An entry that ends in `*` stands for all ids that begin so.
const PROVOKE: &[(&str, &[&str])] = &[
    ("link", &["NET-LOSS-01", "NET-LAT-01", "NET-MTU-01", "MQTT-QOS1-02"]),
    ("partition", &["NET-PART-01", "MQTT-KEEPALIVE-*", "MQTT-QOS1-03", "MQTT-SESS-*", "HUB-CONN-04"]),
    (
        "partition",
        &["RECON-*", "TWIN-GET-02", "TWIN-VER-*", "HUB-C2D-03", "PNP-PROP-06", "METHOD-05", "HUB-D2C-06"],
    ),
    ("burst-loss", &["NET-LOSS-01"]),
    ("delay-spike", &["NET-LAT-01"]),
    ("flap", &["NET-PART-01", "RECON-*", "HUB-D2C-06"]),
    ("firewall", &["HUB-CONN-04", "RECON-*"]),
    ("inject-reset", &["RECON-*", "TCP-RST-01"]),
    ("lose-fin", &["TCP-HALF-01"]),
    ("lose-syn-ack", &["TCP-SYN-01"]),
    ("mtu-black-hole", &["NET-MTU-01"]),
    ("nat-timeout", &["NET-PART-01", "MQTT-KEEPALIVE-*"]),
    ("silent-corruption", &["TLS-REC-*"]),
    ("wifi.lost", &["NET-ROAM-01", "RECON-*", "HUB-CONN-04", "TWIN-GET-02", "HUB-C2D-03"]),
    ("dhcp.answer", &["DHCP-*", "NET-IP-01", "BOOT-01"]),
    ("dhcp.lease", &["DHCP-*", "NET-IP-01"]),
    ("dns.answer", &["DNS-*", "NET-DNS-01"]),
    ("ntp.answer", &["SNTP-*", "TIME-*"]),
    ("ntp.step", &["SNTP-*", "TIME-*"]),
    ("c2d.send", &["HUB-C2D-*", "MQTT-QOS1-05", "MQTT-QOS1-06", "MQTT-ORDER-01", "MQTT-SUB-04"]),
    ("c2d.send", &["RECON-STATE-01", "SEC-REPLAY-01", "MQTT-FRAG-01"]),
    ("key.rotate", &["HUB-SAS-04", "HUB-SAS-06"]),
    ("method.serve", &["METHOD-*", "PNP-CMD-01", "RECON-STATE-01", "SEC-REPLAY-01"]),
    ("method.invoke", &["METHOD-*", "PNP-CMD-01", "RECON-STATE-01", "SEC-REPLAY-01", "MQTT-FRAG-01"]),
    ("twin.desired", &["TWIN-*", "PNP-PROP-*", "RECON-STATE-01"]),
    ("twin.get", &["TWIN-GET-01", "HUB-THROT-01"]),
    ("twin.report", &["TWIN-REP-01", "HUB-THROT-01"]),
    ("property.serve", &["PNP-PROP-*"]),
    ("hub.open", &["HUB-*", "TWIN-*", "METHOD-*", "PNP-*", "MQTT-*", "RECON-*", "NET-*", "TLS-*", "RES-*"]),
    ("hub.start", &["HUB-*", "TWIN-*", "METHOD-*", "PNP-*", "MQTT-*", "RECON-*", "NET-*", "TLS-*", "RES-*"]),
    ("hub.close", &["MQTT-DISC-01", "HUB-C2D-03", "RES-LEAK-01", "RES-SOCK-02"]),
    ("telemetry.send", &["HUB-D2C-*", "MQTT-PUB-*", "MQTT-QOS1-*", "MQTT-ORDER-01", "PNP-TEL-*"]),
    ("telemetry.send", &["NET-LOSS-01", "RES-LEAK-02", "RECON-INT-01", "MQTT-SESS-03"]),
    ("tls.open", &["TLS-*", "RES-OOM-01", "RES-HEAP-01"]),
    ("heap.take", &["RES-OOM-01"]),
    ("resources", &["RES-*", "HUB-D2C-06"]),
    ("sleep", &["PWR-*", "MQTT-DISC-01"]),
];

/// True when the call provokes the requirement.
fn provokes(call: &str, id: &str) -> bool {
    let entries = PROVOKE.iter().filter(|(own, _)| *own == call).flat_map(|(_, ids)| ids.iter());
    entries
        .into_iter()
        .any(|entry| entry.strip_suffix('*').map_or(*entry == id, |start| id.starts_with(start)))
}

/// A requirement is not applicable here when the device or the bench could not do what provokes it.
pub(super) fn not_provoked(view: &View<'_>, id: &str) -> Option<Finding> {
    let skipped: Vec<Evidence> = view
        .steps()
        .iter()
        .filter_map(|step| step.finished.as_ref().map(|finished| (step, finished)))
        .filter(|(_, finished)| finished.result == StepResult::NotApplicable)
        .filter(|(_, finished)| finished.skipped.is_some_and(|call| provokes(call, id)))
        .map(|(step, finished)| {
            Evidence::new(finished.at, format!("step {}: {}", step.number, finished.message))
        })
        .collect();
    let first = skipped.first()?;
    Some(Finding::not_applicable(format!("it was not provoked, because of {}", first.text)).with_all(skipped))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Catalogue;

    #[test]
    fn calls_provoke_requirements_that_there_are() {
        for (call, ids) in PROVOKE {
            for entry in *ids {
                let start = entry.strip_suffix('*');
                let is_meant = |id: &str| start.map_or(id == *entry, |start| id.starts_with(start));
                let known = Catalogue::get().all().iter().any(|requirement| is_meant(&requirement.id));
                assert!(known, "{call} provokes {entry}, which is in no catalogue");
            }
        }
    }

    #[test]
    fn an_entry_stands_for_itself_or_for_all_that_begin_so() {
        assert!(provokes("sleep", "PWR-SLEEP-01") && provokes("link", "NET-LOSS-01"));
        assert!(!provokes("sleep", "METHOD-01") && !provokes("link", "NET-LOSS-011"));
    }
}
