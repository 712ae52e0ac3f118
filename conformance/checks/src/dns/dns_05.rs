//! DNS-05: when the first address or the first DNS server is dead, the next one is tried.

#[cfg(test)]
mod tests;

use std::net::Ipv4Addr;

use nanorig_trace::event::NetworkEvent;
use nanorig_wire::lan::dns::{Message, Name};

use crate::view::{At, Datagram};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "DNS-05", always: false, judge };

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    dead_addresses(view, &mut tally);
    dead_servers(view, &mut tally);
    tally.finish(
        "the next address or DNS server was tried in time",
        "the next address or DNS server was not tried in time",
        "no address and no DNS server was dead that another one could replace",
    )
}

/// Names of several addresses of which one does not answer.
fn dead_addresses(view: &View<'_>, tally: &mut Tally) {
    let attempts: Vec<(At, Ipv4Addr)> = view
        .network_events()
        .filter_map(|(at, event)| match event {
            NetworkEvent::Unanswered { server, .. } => Some((at, *server.ip())),
            _ => None,
        })
        .collect();
    let mut judged: Option<At> = None;
    for (at, dead) in &attempts {
        if judged.is_some_and(|until| *at <= until) {
            continue;
        }
        if let Some(death) = Death::of(view, *at, *dead)
            && let Some(until) = death.judge(view, &attempts, tally)
        {
            judged = Some(until);
        }
    }
}

/// An address of a name that does not answer.
struct Death<'v> {
    at: At,
    address: Ipv4Addr,
    name: &'v Name,
    /// Other addresses of the name at which somebody is.
    others: Vec<Ipv4Addr>,
}

impl<'v> Death<'v> {
    /// None when nothing else could have been tried.
    fn of(view: &'v View<'_>, at: At, address: Ipv4Addr) -> Option<Self> {
        let answer = view.resolutions_to(address, at).next()?;
        let alive = |other: &Ipv4Addr| *other != address && is_alive(view, *other, at);
        let others: Vec<Ipv4Addr> = answer.addresses.iter().copied().filter(alive).collect();
        (!others.is_empty()).then_some(Self { at, address, name: &answer.name, others })
    }

    /// Judges what the device did about it. What it did until the place that comes back is part of that.
    fn judge(&self, view: &View<'_>, attempts: &[(At, Ipv4Addr)], tally: &mut Tally) -> Option<At> {
        let Self { at, address, name, ref others } = *self;
        let limit = view.duration("dns_failover");
        let deadline = at.time + limit;
        let mut later = view.connections().iter().filter(|connection| connection.opened > at);
        let connected = later.find(|connection| others.contains(connection.server.ip()));
        if let Some(when) = connected.map(|connection| connection.opened).filter(|when| when.time <= deadline)
        {
            let took = when.since(at).as_secs_f64();
            let text =
                format!("{address} is dead, and {name} is reached at its next address after {took:.1} s");
            tally.good(when, text);
            return Some(when);
        }
        // One that was tried may not have answered either.
        let within = |when: At| when > at && when.time <= deadline;
        let tried = attempts.iter().any(|(when, to)| within(*when) && others.contains(to));
        if tried || !view.left_alone(at, limit) {
            return None;
        }
        let seconds = limit.as_secs();
        let text = format!("{address} is dead, and no other address of {name} is reached within {seconds} s");
        tally.bad(at, text);
        Some(At { record: usize::MAX, time: deadline })
    }
}

/// True when somebody accepted connections at the address before, and is still there.
fn is_alive(view: &View<'_>, address: Ipv4Addr, at: At) -> bool {
    let mut here = view.connections().iter().filter(|connection| *connection.server.ip() == address);
    here.any(|connection| connection.opened < at && !view.server_moved(connection, at.time))
}

/// DNS servers that do not answer a query while the device knows another one.
fn dead_servers(view: &View<'_>, tally: &mut Tally) {
    let limit = view.duration("dns_failover");
    let queries: Vec<Query<'_>> =
        view.dns().filter_map(|(datagram, message)| Query::of(datagram, message)).collect();
    let mut judged: Option<At> = None;
    for query in &queries {
        let Query { at, server, name } = *query;
        if judged.is_some_and(|until| at <= until) {
            continue;
        }
        let deadline = at.time + limit;
        let answered =
            |answer: &&crate::view::Resolution| answer.answered > at && answer.answered.time <= deadline;
        let answer = view.resolutions_of(name).find(answered);
        let lease = view.leases().iter().rev().find(|lease| lease.at < at);
        let known = lease.is_some_and(|lease| {
            lease.dns_servers.contains(&server) && lease.dns_servers.iter().any(|other| *other != server)
        });
        match answer {
            Some(answer) if *answer.server.ip() != server && known => {
                let (took, other) = (answer.answered.since(at).as_secs_f64(), answer.server.ip());
                tally.good(
                    answer.answered,
                    format!("{server} is silent, and {other} tells {name} after {took:.1} s"),
                );
                judged = Some(answer.answered);
            }
            Some(_) => {}
            None => {
                let near = |other: At| other.time <= deadline && at.time <= other.time + limit;
                let elsewhere = queries
                    .iter()
                    .any(|other| other.name == name && other.server != server && near(other.at));
                if known && !elsewhere && !was_told(view, name, at, deadline) && view.left_alone(at, limit) {
                    let seconds = limit.as_secs();
                    tally.bad(
                        at,
                        format!(
                            "{server} is silent, and no other server is asked for {name} within {seconds} s"
                        ),
                    );
                    judged = Some(At { record: usize::MAX, time: deadline });
                }
            }
        }
    }
}

/// True when an answer for the name came that leads nowhere: an error, or a name without addresses.
fn was_told(view: &View<'_>, name: &Name, at: At, deadline: nanorig_trace::Time) -> bool {
    view.dns().any(|(datagram, message)| {
        datagram.at > at
            && datagram.at.time <= deadline
            && message.response
            && view.belongs_to_a_query(datagram)
            && message.questions.first().is_some_and(|question| question.name == *name)
    })
}

/// A question of the device.
#[derive(Clone, Copy)]
struct Query<'v> {
    at: At,
    server: Ipv4Addr,
    name: &'v Name,
}

impl<'v> Query<'v> {
    fn of(datagram: &Datagram<'_>, message: &'v Message) -> Option<Self> {
        let question =
            message.questions.first().filter(|_| datagram.is_from_device() && !message.response)?;
        Some(Self { at: datagram.at, server: *datagram.server.ip(), name: &question.name })
    }
}
