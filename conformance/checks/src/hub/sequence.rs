//! Numbered telemetry: when each message was due, which arrived, and what absences from the hub took.

use std::collections::BTreeSet;
use std::time::Duration;

use nanorig_trace::Time;
use nanorig_trace::event::CloudEvent;

use crate::View;
use crate::view::{At, Connection, HarnessCall};

/// A session this long has sent what was kept; a shorter one is part of the absence around it.
const SETTLES: Duration = Duration::from_secs(60);

/// A call of `telemetry.send` that numbers its messages and has a rhythm.
pub(crate) struct Sequence<'v, 't> {
    pub(crate) call: &'v HarnessCall<'t>,
    every: Duration,
    /// Messages that the application has given to the client, or tried to.
    told: u64,
    /// Numbers in the order of their arrival, those that came again too.
    pub(crate) arrived: Vec<(At, u64)>,
    /// True at QoS 0: what was written to a session that broke is lost, and nobody kept it.
    at_most_once: bool,
}

/// A time without a session that lasted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Absence {
    /// The last packet of the device before it.
    pub(crate) from: At,
    /// When the device knew that the last session before its end had broken, by its word or the server's.
    noticed: At,
    /// The session that ended it; none when the trace ends before it has settled.
    pub(crate) until: Option<At>,
}

/// All sequences that the application was told to send.
pub(crate) fn sequences<'v, 't>(view: &'v View<'t>) -> Vec<Sequence<'v, 't>> {
    let calls: Vec<_> = view
        .calls_named("telemetry.send")
        .filter(|call| call.hand == "device" && call.text("sequence").is_some())
        .collect();
    let one = |(index, call): (usize, &&'v HarnessCall<'t>)| {
        let every = call.span("every").filter(|every| !every.is_zero())?;
        let alike = |later: &&&HarnessCall<'_>| later.text("sequence") == call.text("sequence");
        let until = calls[index + 1..].iter().find(alike).map_or(view.end(), |next| next.at);
        let over = call.outcome.map_or(view.end(), |(at, ..)| at);
        let due = over.since(call.at).as_micros() / every.as_micros() + 1;
        let told = call.count("count").unwrap_or(1).min(u64::try_from(due).unwrap_or(u64::MAX));
        let arrivals = arrivals(view, call, until);
        let at_most_once =
            call.count("qos").map_or_else(|| arrivals.iter().any(|one| one.qos == 0), |qos| qos == 0);
        let arrived = arrivals.iter().map(|one| (one.at, one.number)).collect();
        Some(Sequence { call, every, told, arrived, at_most_once })
    };
    calls.iter().enumerate().filter_map(one).collect()
}

/// A numbered message that the hub stored.
struct Arrival {
    at: At,
    number: u64,
    qos: u8,
}

fn arrivals(view: &View<'_>, call: &HarnessCall<'_>, until: At) -> Vec<Arrival> {
    let Some(name) = call.text("sequence") else { return Vec::new() };
    let arrival = |at: At, event: &CloudEvent| match event {
        CloudEvent::Telemetry { properties, qos, .. } => {
            let number = properties.get(name)?.as_str()?.parse().ok()?;
            Some(Arrival { at, number, qos: *qos })
        }
        _ => None,
    };
    let own = view.cloud_events().filter(|(at, _)| call.at < *at && *at <= until);
    own.filter_map(|(at, event)| arrival(at, event)).collect()
}

impl Sequence<'_, '_> {
    /// When the application gave the message to the client.
    pub(crate) fn due(&self, number: u64) -> Time {
        let steps = u32::try_from(number.saturating_sub(1)).unwrap_or(u32::MAX);
        self.call.at.time + self.every.saturating_mul(steps)
    }

    /// Messages that were due after the first time and not after the second one.
    pub(crate) fn told_between(&self, from: Time, to: Time) -> Vec<u64> {
        (1..=self.told).filter(|number| self.due(*number) > from && self.due(*number) <= to).collect()
    }

    /// From where on the device had to keep what it was told of an absence: at QoS 0 only once it knew of it.
    pub(crate) fn keeps_from(&self, absence: &Absence) -> At {
        if self.at_most_once { absence.noticed } else { absence.from }
    }

    /// Those of `numbers` that never arrived.
    pub(crate) fn lost(&self, numbers: &[u64]) -> Vec<u64> {
        let arrived: BTreeSet<u64> = self.arrived.iter().map(|(_, number)| *number).collect();
        numbers.iter().copied().filter(|number| !arrived.contains(number)).collect()
    }

    /// The first message that came after a later one, for the first time.
    pub(crate) fn overtaken(&self) -> Option<(At, u64, u64)> {
        let mut seen = BTreeSet::new();
        self.arrived.iter().find_map(|(at, number)| {
            let latest = seen.last().copied().unwrap_or(0);
            (seen.insert(*number) && *number < latest).then_some((*at, *number, latest))
        })
    }

    /// How many more messages an absence has taken than a device that keeps `kept` of them may lose, of how many:
    /// none when it was not over for long enough at the end of the trace, or no message was due in it.
    pub(crate) fn toll(&self, view: &View<'_>, absence: &Absence, kept: f64) -> Option<Toll> {
        let until = absence.until.filter(|until| view.end().since(*until) >= SETTLES)?;
        let told = self.told_between(self.keeps_from(absence).time, until.time);
        let lost = self.lost(&told).len();
        let allowed = (told.len() as f64 - kept).max(0.0);
        (!told.is_empty()).then_some(Toll { told: told.len(), lost, too_many: lost as f64 > allowed })
    }
}

/// What an absence cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Toll {
    /// Messages that were due in it.
    pub(crate) told: usize,
    /// Those that never arrived.
    pub(crate) lost: usize,
    /// True when that is more than the device's policy allows.
    pub(crate) too_many: bool,
}

/// Times in which the device had a hub and could not reach it. Ends that the device planned, and starts, are none.
pub(crate) fn absences(view: &View<'_>) -> Vec<Absence> {
    let sessions: Vec<_> =
        view.connections_to("hub").filter(|connection| connection.accepted().is_some()).collect();
    let mut all = Vec::new();
    let mut open: Option<Absence> = None;
    for (index, session) in sessions.iter().enumerate() {
        let Some(accepted) = session.accepted() else { continue };
        let settled = session.session_length(view.end().time).is_some_and(|length| length >= SETTLES);
        if let Some(absence) = open.take_if(|_| settled) {
            all.push(Absence { until: Some(accepted), ..absence });
        }
        let next = sessions.get(index + 1).map_or(view.end(), |next| next.opened);
        let planned = session.disconnect().is_some() || view.told_to_leave(session, next);
        if planned || view.boots_between(session.opened, next) {
            open = None;
        } else if session.closed.is_some() || index + 1 < sessions.len() {
            let last = session.from_device().last().map_or(accepted, |packet| packet.at);
            let from = open.map_or(last, |open| open.from);
            open = Some(Absence { from, noticed: noticed(view, session, accepted, next), until: None });
        }
    }
    all.extend(open);
    all
}

/// When the device knew that the session had broken: as it says, else when the server saw the end, else when the next one
/// began.
fn noticed(view: &View<'_>, session: &Connection<'_>, accepted: At, next: At) -> At {
    let mut said = view.statuses("hub").skip_while(|(at, ..)| *at <= accepted);
    let said = said.find(|(_, status, _)| *status != "Connected").map(|(at, ..)| at);
    let seen = session.closed.map(|closed| closed.at);
    said.filter(|at| *at <= next).or(seen).filter(|at| *at <= next).unwrap_or(next)
}
