//! DNS-01: a fresh connection goes where a fresh answer says.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use nanorig_trace::event::DeviceEvent;
use nanorig_wire::lan::dns::Name;

use crate::view::{At, Resolution};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "DNS-01", always: false, judge };

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    let mut met: BTreeSet<Name> = BTreeSet::new();
    for usage in usages(view) {
        if met.contains(&usage.name) {
            judge_usage(view, &usage, &mut tally);
        }
        met.insert(usage.name);
    }
    tally.finish(
        "each address was used within the time of an answer that gave it",
        "an address was used after the time of its answer was over",
        "no host was looked for again after the first answer's time was over",
    )
}

/// An address that the device takes for a host.
struct Usage {
    at: At,
    name: Name,
    address: Ipv4Addr,
    how: &'static str,
}

/// Connections, by the server name or the name that led there, and what the device says that it resolved: an
/// address that leads nowhere is seen only there.
fn usages(view: &View<'_>) -> Vec<Usage> {
    let connections = view.connections().iter().filter_map(|connection| {
        let (at, address) = (connection.opened, *connection.server.ip());
        let by_sni = connection.sni().and_then(|sni| sni.parse().ok());
        let name = by_sni.or_else(|| view.name_of(address, at).cloned())?;
        Some(Usage { at, name, address, how: "connects to" })
    });
    let resolved = view.device_events().filter_map(|(at, event)| match event {
        DeviceEvent::Resolved { host, addresses, .. } => {
            Some(Usage { at, name: host.parse().ok()?, address: *addresses.first()?, how: "resolves to" })
        }
        _ => None,
    });
    let mut usages: Vec<Usage> = connections.chain(resolved).collect();
    usages.sort_by_key(|usage| usage.at);
    usages
}

fn judge_usage(view: &View<'_>, usage: &Usage, tally: &mut Tally) {
    let Usage { at, name, address, how } = usage;
    let slack = view.duration("dns_slack");
    let answers: Vec<&Resolution> = view
        .resolutions_of(name)
        .take_while(|answer| answer.answered < *at)
        .filter(|answer| !answer.addresses.is_empty())
        .collect();
    let runs_out = |answer: &Resolution| answer.answered.time + answer.ttl + slack;
    // A server that no answer names was found in another way, which is not judged here.
    let Some(latest) = answers.iter().rev().find(|answer| answer.addresses.contains(address)) else { return };
    if runs_out(latest) < at.time {
        let age = at.since(latest.answered).as_secs();
        let ttl = latest.ttl.as_secs();
        tally.bad(*at, format!("{how} {address} by an answer of {age} s ago with a TTL of {ttl} s"));
    } else if answers.iter().any(|answer| runs_out(answer) < at.time) {
        tally.good(*at, format!("{how} {address} after asking for {name} again"));
    }
}
