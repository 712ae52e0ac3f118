//! DNS-01: a fresh connection goes where a fresh answer says.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use nanorig_wire::lan::dns::Name;

use crate::view::{Connection, Resolution};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "DNS-01", always: false, judge };

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    let mut met: BTreeSet<Name> = BTreeSet::new();
    for connection in view.connections() {
        let Some(name) = host_of(view, connection) else { continue };
        if met.contains(&name) {
            judge_connection(view, connection, &name, &mut tally);
        }
        met.insert(name);
    }
    tally.finish(
        "each connection after the end of an answer's time followed a new answer",
        "a connection followed an answer whose time was over",
        "no second connection to a host was made after the first answer's time was over",
    )
}

/// The host that the device wanted, by its server name or by what it had asked for.
fn host_of(view: &View<'_>, connection: &Connection<'_>) -> Option<Name> {
    let by_sni = connection.sni().and_then(|sni| sni.parse().ok());
    by_sni.or_else(|| view.name_of(*connection.server.ip(), connection.opened).cloned())
}

fn judge_connection(view: &View<'_>, connection: &Connection<'_>, name: &Name, tally: &mut Tally) {
    let slack = view.duration("dns_slack");
    let opened = connection.opened;
    let answers: Vec<&Resolution> = view
        .resolutions_of(name)
        .take_while(|answer| answer.answered < opened)
        .filter(|answer| !answer.addresses.is_empty())
        .collect();
    let runs_out = |answer: &Resolution| answer.answered.time + answer.ttl + slack;
    let leads_here = |answer: &&&Resolution| answer.addresses.contains(connection.server.ip());
    // A server that no answer names was found in another way, which is not judged here.
    let Some(latest) = answers.iter().rev().find(leads_here) else { return };
    if runs_out(latest) < opened.time {
        let age = opened.since(latest.answered).as_secs();
        let ttl = latest.ttl.as_secs();
        tally.bad(
            opened,
            format!(
                "connects to {} by an answer of {age} s ago with a TTL of {ttl} s",
                connection.server.ip()
            ),
        );
    } else if answers.iter().any(|answer| runs_out(answer) < opened.time) {
        tally.good(opened, format!("connects to {} after asking for {name} again", connection.server.ip()));
    }
}
