//! BOOT-01: from a start to the cloud without help, milestone after milestone.

#[cfg(test)]
mod tests;

use std::time::Duration;

use nanorig_trace::Utc;
use nanorig_trace::event::{CloudEvent, DeviceEvent};

use crate::view::{At, Boot, HarnessCall};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "BOOT-01", always: false, judge };

/// A clock that shows an earlier time was never set: 2020-01-01.
pub(crate) const UNSET_BEFORE: Utc = Utc::from_unix_secs(1_577_836_800);

fn judge(view: &View<'_>) -> Finding {
    let budget = view.duration("boot_budget");
    let mut tally = Tally::default();
    // A wake from deep sleep is judged by the power family.
    for boot in view.boots().iter().filter(|boot| boot.reason != "deep-sleep") {
        let milestones = Milestones::of(view, boot);
        let over = milestones.connected.map_or(boot.ended, |at| at.time);
        let took = over.since(boot.at.time).saturating_sub(unasked(view, boot, milestones.connected));
        match milestones.connected {
            Some(at) if took <= budget => milestones.judge(&mut tally, took, at),
            Some(at) => tally.bad(at, format!("connected {:.1} s after the start", took.as_secs_f64())),
            None if took > budget => {
                let text = format!("not connected {} s after this start", budget.as_secs());
                tally.bad(boot.at, text);
            }
            // The next start or the end of the run came first.
            None => {}
        }
    }
    tally.finish(
        "every start led to the cloud within its budget",
        "a start did not lead to the cloud as it should",
        "no start was followed for as long as it may take",
    )
}

/// Names of harness calls that have a device connect which does so when it is told.
const CONNECTS: &[&str] = &["dps.register", "hub.open", "hub.start"];
/// Names of harness calls that keep a device busy before.
const STARTS: &[&str] = &["boot", "reset", "sleep"];

/// For how long after a start a device that connects when it is told had nothing to do, because nobody told it.
fn unasked(view: &View<'_>, boot: &Boot<'_>, connected: Option<At>) -> Duration {
    let calls = view.calls().iter().filter(|call| call.hand == "device");
    let connects = |call: &HarnessCall<'_>| CONNECTS.contains(&call.name);
    if !calls.clone().any(connects) {
        return Duration::ZERO;
    }
    let over = connected.map_or(boot.ended, |at| at.time);
    let ended = |call: &HarnessCall<'_>| call.outcome.map(|(at, ..)| at.time);
    // The call that starts a device is told before the start.
    let goes_on = |call: &&HarnessCall<'_>| {
        let starts = !connects(call) && ended(call).is_none_or(|end| end > boot.at.time);
        call.at.time <= over && (call.at >= boot.at || starts)
    };
    let mut idle = Duration::ZERO;
    // None while the device does what it was told.
    let mut free = Some(boot.at.time);
    for call in calls.filter(|call| connects(call) || STARTS.contains(&call.name)).filter(goes_on) {
        if let Some(from) = free.filter(|_| connects(call)) {
            idle += call.at.time.since(from);
        }
        // A device that was told to be at the hub goes on trying, and one that failed has no more to wait for.
        free = ended(call).filter(|_| call.succeeded() && !call.name.starts_with("hub."));
    }
    match free {
        Some(from) if connected.is_none() => idle + over.since(from),
        _ => idle,
    }
}

/// The first of each milestone after a start.
struct Milestones {
    link: Option<At>,
    address: Option<At>,
    time: Option<At>,
    tls: Option<At>,
    connack: Option<At>,
    connected: Option<At>,
}

impl Milestones {
    fn of(view: &View<'_>, boot: &Boot<'_>) -> Self {
        let mine = |at: &At| boot.contains(*at);
        let device = |wanted: fn(&DeviceEvent) -> bool| {
            let mut events = view.device_events_after(boot.at).take_while(|(at, _)| mine(at));
            events.find(|(_, event)| wanted(event)).map(|(at, _)| at)
        };
        let clouds = || view.connections().iter().filter(|connection| connection.service != "dps");
        let connack = clouds().filter_map(|connection| connection.accepted()).find(mine);
        let by_cloud =
            view.cloud_events().find(|(at, event)| mine(at) && matches!(event, CloudEvent::Connected { .. }));
        let by_device = device(
            |event| matches!(event, DeviceEvent::Status { client, status, .. } if status == "Connected" && client != "dps"),
        );
        Self {
            link: device(|event| matches!(event, DeviceEvent::Link { up: true, .. })),
            address: device(|event| matches!(event, DeviceEvent::Address { .. })),
            // A clock that kept its time over the start may be corrected at any moment.
            time: device(
                |event| matches!(event, DeviceEvent::ClockSet { before, .. } if *before < UNSET_BEFORE),
            ),
            tls: view
                .connections()
                .iter()
                .filter_map(|connection| connection.tls.map(|tls| tls.at))
                .find(mine),
            connack,
            connected: connack.or(by_cloud.map(|(at, _)| at)).or(by_device),
        }
    }

    fn judge(&self, tally: &mut Tally, took: Duration, connected: At) {
        let all = [
            ("link", self.link),
            ("address", self.address),
            ("time", self.time),
            ("TLS", self.tls),
            ("CONNACK", self.connack),
        ];
        let seen: Vec<(&str, At)> = all.iter().filter_map(|(name, at)| at.map(|at| (*name, at))).collect();
        for pair in seen.windows(2) {
            let [(earlier, first), (later, second)] = pair else { continue };
            if second < first {
                tally.bad(*second, format!("{later} came before {earlier}"));
                return;
            }
        }
        let after = took.as_secs_f64();
        let names: Vec<&str> = seen.iter().map(|(name, _)| *name).collect();
        tally.good(
            connected,
            format!("connected {after:.1} s after the start by way of {}", names.join(", ")),
        );
    }
}
