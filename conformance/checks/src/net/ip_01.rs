//! NET-IP-01: sessions are made again when the device's own address changes.

use std::net::Ipv4Addr;
use std::time::Duration;

use nanorig_trace::event::DeviceEvent;

use crate::view::{At, LeaseEnd};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "NET-IP-01", always: false, judge };

/// Packets that were on their way when the address changed.
const ON_THE_WAY: Duration = Duration::from_secs(2);

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for (at, old, new) in changes(view) {
        let had_session = view
            .connections_to("hub")
            .any(|connection| connection.is_live(at) && *connection.device.ip() == old);
        if had_session {
            judge_change(view, at, old, new, &mut tally);
        }
    }
    tally.finish(
        "the device used its new address for everything",
        "the device did not move to its new address",
        "the device's address did not change under a session",
    )
}

/// Changes of the device's address, by its leases and by its own word. An address that the server refuses to renew is
/// lost at once.
fn changes(view: &View<'_>) -> Vec<(At, Ipv4Addr, Ipv4Addr)> {
    let leased = view.leases().iter().map(|lease| (lease.at, lease.address));
    let mut all: Vec<(At, Ipv4Addr)> = leased.chain(said(view)).collect();
    all.sort_by_key(|(at, _)| *at);
    all.dedup_by_key(|(_, address)| *address);
    let refused = view.leases().iter().filter_map(|lease| match lease.end {
        LeaseEnd::Refused(at) => Some((at, lease.address)),
        _ => None,
    });
    let refused: Vec<_> = refused
        .filter_map(|(at, old)| {
            let next = all.iter().find(|(later, address)| *later > at && *address != old);
            next.map(|(_, new)| (at, old, *new))
        })
        .collect();
    let taken = all.windows(2).filter(|pair| !view.boots_between(pair[0].0, pair[1].0));
    let mut changes: Vec<_> = taken.map(|pair| (pair[1].0, pair[0].1, pair[1].1)).chain(refused).collect();
    changes.sort_by_key(|(at, ..)| *at);
    changes
}

/// Addresses that the device says it has.
fn said(view: &View<'_>) -> impl Iterator<Item = (At, Ipv4Addr)> {
    view.device_events().filter_map(|(at, event)| match event {
        DeviceEvent::Address { ip, .. } => Some((at, *ip)),
        _ => None,
    })
}

fn judge_change(view: &View<'_>, at: At, old: Ipv4Addr, new: Ipv4Addr, tally: &mut Tally) {
    let cap = view.duration("cap");
    let late = at.time + ON_THE_WAY;
    // The device may be given its old address again.
    let again = view.leases().iter().map(|lease| (lease.at, lease.address)).chain(said(view));
    let until =
        again.filter(|(later, address)| *later > at && *address == old).map(|(later, _)| later.time).min();
    let until = until.unwrap_or(view.end().time + Duration::from_secs(1));
    if let Some(used) = view.first_use_of(old, late, until) {
        return tally.bad(used, format!("still uses {old}, its address is {new}"));
    }
    let back = view.connections_to("hub").find(|connection| {
        connection.opened > at && *connection.device.ip() == new && connection.accepted().is_some()
    });
    match back {
        Some(connection) if connection.opened.since(at) <= cap => {
            tally.good(
                connection.opened,
                format!(
                    "connects from {new} {:.1} s after the change",
                    connection.opened.since(at).as_secs_f64()
                ),
            );
        }
        Some(connection) => tally.bad(
            connection.opened,
            format!(
                "connects from {new} only {:.0} s after the change",
                connection.opened.since(at).as_secs_f64()
            ),
        ),
        None if view.end().since(at) > cap => tally.bad(at, format!("never connects from {new}")),
        None => {}
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use crate::Verdict;
    use crate::testing::{DEVICE, GATEWAY, HUB, Story, hub_connect};
    use nanorig_trace::event::ConnId;
    use nanorig_wire::mqtt::{ConnectCode, Packet};

    const NEW: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 7);

    fn changed() -> (Story, ConnId) {
        let mut story = Story::new();
        story.at(0.5).address(DEVICE, GATEWAY);
        let conn = story.at(1.0).session(false);
        story.at(100.0).address(NEW, GATEWAY);
        (story, conn)
    }

    #[test]
    fn a_session_from_the_new_address_passes_in_time() {
        for (second, verdict) in [(699.0, Verdict::Pass), (701.0, Verdict::Fail)] {
            let (mut story, _) = changed();
            let conn = story.at(second).open_from(NEW, "hub", HUB);
            story.sends(conn, &Packet::Connect(hub_connect())).connack(conn, ConnectCode::Accepted, true);
            story.expect("NET-IP-01", verdict);
        }
    }

    #[test]
    fn the_old_address_fails() {
        let (mut story, conn) = changed();
        story.at(103.0).telemetry(conn, 1, "{}");
        story.expect("NET-IP-01", Verdict::Fail);
    }

    #[test]
    fn an_old_address_that_is_given_again_may_be_used() {
        let (mut story, _) = changed();
        let conn = story.at(110.0).open_from(NEW, "hub", HUB);
        story.sends(conn, &Packet::Connect(hub_connect())).connack(conn, ConnectCode::Accepted, true);
        story.at(200.0).address(DEVICE, GATEWAY);
        let conn = story.at(210.0).session(true);
        story.telemetry(conn, 1, "{}");
        story.expect("NET-IP-01", Verdict::Pass);
        story.at(300.0).address(NEW, GATEWAY).at(303.0).telemetry(conn, 2, "{}");
        story.expect("NET-IP-01", Verdict::Fail);
    }

    #[test]
    fn one_address_is_inconclusive() {
        let mut story = Story::new();
        story.at(0.5).address(DEVICE, GATEWAY);
        story.at(1.0).session(false);
        story.expect("NET-IP-01", Verdict::Inconclusive);
    }
}
