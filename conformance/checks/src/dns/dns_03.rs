//! DNS-03: answers that do not belong to a query change nothing.

#[cfg(test)]
mod tests;

use std::net::Ipv4Addr;

use nanorig_trace::event::{DeviceEvent, NetworkEvent};
use nanorig_wire::lan::dns::{Message, RecordData};

use crate::view::{At, Datagram};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "DNS-03", always: true, judge };

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for (datagram, message) in view.dns() {
        if !datagram.is_from_device() && message.response && !view.belongs_to_a_query(datagram) {
            judge_forgery(view, datagram, message, &mut tally);
        }
    }
    tally.finish(
        "answers that belong to no query were ignored",
        "an answer that belongs to no query was used",
        "no forged answer was sent, or nothing came after it",
    )
}

fn judge_forgery(view: &View<'_>, datagram: &Datagram<'_>, message: &Message, tally: &mut Tally) {
    let true_ones: Vec<Ipv4Addr> =
        view.resolutions().iter().flat_map(|answer| answer.addresses.clone()).collect();
    let forged: Vec<Ipv4Addr> = message
        .answers
        .iter()
        .filter_map(|record| match record.data {
            RecordData::A(address) => Some(address),
            _ => None,
        })
        .filter(|address| !true_ones.contains(address))
        .collect();
    if forged.is_empty() {
        return;
    }
    let what = wrong(view, datagram, message);
    if let Some((at, address)) = first_use(view, datagram.at, &forged) {
        tally
            .bad(at, format!("the address {address} is used, which came in an answer with the wrong {what}"));
        return;
    }
    let mut later = view.connections().iter().filter(|connection| connection.opened > datagram.at);
    if let Some(connection) = later.find(|connection| true_ones.contains(connection.server.ip())) {
        let server = connection.server.ip();
        tally.good(connection.opened, format!("connects to {server} after an answer with the wrong {what}"));
    }
}

/// What does not fit the query that the forgery is meant for.
fn wrong(view: &View<'_>, datagram: &Datagram<'_>, message: &Message) -> &'static str {
    let query = view
        .dns()
        .rev()
        .find(|(other, query)| other.at < datagram.at && other.is_from_device() && !query.response);
    match query {
        Some((_, query)) if query.id != message.id => "id",
        Some((_, query)) if query.questions != message.questions => "question",
        Some((sent, _)) if sent.server != datagram.server => "source",
        Some(_) => "port",
        None => "time",
    }
}

fn first_use(view: &View<'_>, after: At, forged: &[Ipv4Addr]) -> Option<(At, Ipv4Addr)> {
    let opened = view.connections().iter().map(|connection| (connection.opened, *connection.server.ip()));
    let unanswered = view.network_events().filter_map(|(at, event)| match event {
        NetworkEvent::Unanswered { server, .. } => Some((at, *server.ip())),
        _ => None,
    });
    let resolved = view.device_events().filter_map(|(at, event)| match event {
        DeviceEvent::Resolved { addresses, .. } => {
            addresses.iter().find(|address| forged.contains(address)).map(|address| (at, *address))
        }
        _ => None,
    });
    let all = opened.chain(unanswered).chain(resolved);
    all.filter(|(at, address)| *at > after && forged.contains(address)).min_by_key(|(at, _)| *at)
}
