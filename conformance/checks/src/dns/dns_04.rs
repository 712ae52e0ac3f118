//! DNS-04: an answer that does not fit its datagram is asked for by TCP, or used as far as it goes.

#[cfg(test)]
mod tests;

use std::time::Duration;

use nanorig_trace::event::DeviceEvent;
use nanorig_wire::lan::dns::UDP_LIMIT;

use crate::view::{At, Resolution};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "DNS-04", always: false, judge };

/// A device that has not gone on by then does not go on.
const PATIENCE: Duration = Duration::from_secs(60);

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for answer in view.resolutions().iter().filter(|answer| !answer.over_tcp) {
        let length =
            view.datagrams().iter().find(|other| other.at == answer.answered).map_or(0, |d| d.bytes.len());
        if answer.answer.truncated || length > UDP_LIMIT {
            judge_answer(view, answer, &mut tally);
        }
    }
    tally.finish(
        "answers that were truncated or long led to an address",
        "an answer that was truncated or long led nowhere",
        "no answer was truncated or longer than 512 octets",
    )
}

fn judge_answer(view: &View<'_>, answer: &Resolution, tally: &mut Tally) {
    let after = answer.answered;
    let boot_end = view.boot_of(after).map_or(view.end().time, |boot| boot.ended);
    let broken = view.device_events().find(|(at, event)| {
        *at > after
            && at.since(after) < PATIENCE
            && match event {
                DeviceEvent::Fault { .. } => true,
                DeviceEvent::Boot { reason, .. } => reason == "watchdog" || reason == "software",
                _ => false,
            }
    });
    if let Some((at, event)) = broken {
        tally.bad(at, format!("the device reports {} after such an answer", event.name()));
        return;
    }
    let by_tcp = view
        .resolutions()
        .iter()
        .find(|other| other.over_tcp && other.asked > after && other.name == answer.name);
    let by_tcp = by_tcp.map(|other| (other.asked, "asks again by TCP"));
    let named = view.device_events().find_map(|(at, event)| match event {
        DeviceEvent::Resolved { host, addresses, error } if at > after && answer.name == **host => {
            Some((at, addresses.is_empty(), error))
        }
        _ => None,
    });
    let used = named.filter(|(_, failed, _)| !failed).map(|(at, ..)| (at, "uses an address of the answer"));
    let connected = view
        .connections()
        .iter()
        .find(|connection| connection.opened > after && answer.addresses.contains(connection.server.ip()));
    let connected = connected.map(|connection| (connection.opened, "connects to an address of the answer"));
    let first: Option<(At, &str)> = [by_tcp, used, connected].into_iter().flatten().min_by_key(|(at, _)| *at);
    match (first, named) {
        (Some((at, text)), _) => tally.good(at, text),
        (None, Some((at, _, error))) => tally.bad(at, format!("{} is not resolved: {error}", answer.name)),
        (None, None) if boot_end.since(after.time) > PATIENCE => {
            tally.bad(after, format!("this answer for {} led nowhere", answer.name));
        }
        (None, None) => {}
    }
}
