//! DNS-02: aliases are followed, and the name that was asked for stays the name of the server.

#[cfg(test)]
mod tests;

use std::time::Duration;

use nanorig_trace::event::DeviceEvent;
use nanorig_wire::lan::dns::Name;

use crate::view::Resolution;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "DNS-02", always: false, judge };

/// A device that has not used an answer by then does not use it.
const PATIENCE: Duration = Duration::from_secs(60);

fn judge(view: &View<'_>) -> Finding {
    let hops = view.number("cname_hops");
    let mut tally = Tally::default();
    for answer in view.resolutions() {
        let long_enough = f64::from(u32::try_from(answer.aliases.len()).unwrap_or(u32::MAX)) >= hops;
        if long_enough && !answer.addresses.is_empty() {
            judge_answer(view, answer, &mut tally);
        }
    }
    tally.finish(
        "chains of aliases were followed and the original name was kept",
        "a chain of aliases was not followed as it should be",
        "no answer had a chain of that many aliases",
    )
}

fn judge_answer(view: &View<'_>, answer: &Resolution, tally: &mut Tally) {
    let mut later = view.connections().iter().filter(|connection| connection.opened > answer.answered);
    if let Some(connection) = later.find(|connection| answer.addresses.contains(connection.server.ip())) {
        let at = connection.opened;
        let sni: Option<Result<Name, _>> = connection.sni().map(str::parse);
        match (sni, &connection.hello) {
            (Some(Ok(name)), _) if name == answer.name => {
                tally.good(
                    at,
                    format!("connects by {} aliases and asks the server for {name}", answer.aliases.len()),
                );
            }
            (Some(Ok(name)), _) if answer.aliases.contains(&name) => {
                tally.bad(at, format!("asks the server for the alias {name} instead of {}", answer.name));
            }
            (Some(_), _) => tally.bad(at, format!("does not ask the server for {}", answer.name)),
            (None, Some(_)) => tally.bad(at, format!("does not tell the server the name {}", answer.name)),
            (None, None) => tally.good(at, format!("connects by {} aliases", answer.aliases.len())),
        }
        return;
    }
    let failed = view.device_events().find(|(at, event)| {
        *at > answer.answered
            && matches!(event, DeviceEvent::Resolved { host, addresses, .. }
                if answer.name == **host && addresses.is_empty())
    });
    match failed {
        Some((at, _)) => tally.bad(at, format!("{} could not be resolved by its aliases", answer.name)),
        None if view.end().since(answer.answered) > PATIENCE => {
            tally.bad(answer.answered, format!("this answer for {} led to no connection", answer.name));
        }
        None => {}
    }
}
