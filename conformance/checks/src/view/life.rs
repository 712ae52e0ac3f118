//! The device's life over several connections: sessions that follow each other, attempts, crashes, absences.

use std::time::Duration;

use nanorig_trace::Time;
use nanorig_trace::event::{DeviceEvent, NetworkEvent, Resources};

use nanorig_wire::hub::DeviceFilter;

use super::{At, Connection, HarnessCall, View};

/// Two accepted sessions of one identity, one after the other.
#[derive(Clone, Copy, Debug)]
pub struct Succession<'v, 't> {
    /// The earlier one.
    pub before: &'v Connection<'t>,
    /// The later one.
    pub after: &'v Connection<'t>,
}

/// An attempt to connect to a service.
#[derive(Clone, Copy, Debug)]
pub struct Attempt<'v, 't> {
    /// When it was seen.
    pub at: At,
    /// When it was over, as far as that was seen.
    pub ended: Option<At>,
    /// The connection, when TCP came about.
    pub connection: Option<&'v Connection<'t>>,
}

impl Attempt<'_, '_> {
    /// When the server accepted the MQTT session.
    #[must_use]
    pub fn accepted(&self) -> Option<At> {
        self.connection.and_then(Connection::accepted)
    }
}

/// Names of harness calls after which the device connects, closes or starts because it was told to.
const TOLD: &[&str] = &["boot", "reset", "hub.open", "hub.close", "hub.start", "dps.register", "sleep"];

/// What is sent this short before the end of a connection does not arrive.
const ON_THE_WAY: Duration = Duration::from_millis(50);
/// Names of harness calls after which the device leaves the hub.
pub(crate) const LEAVES: &[&str] = &["hub.close", "sleep", "reset"];

/// Names of harness calls after which the device ends connections that no MQTT client uses.
const ENDS: &[&str] = &["socket.close", "sleep", "reset"];

/// Names of harness calls after which a connection may be dead without a word.
const LOSES: &[&str] = &["wifi.lost", "dhcp.answer", "dhcp.lease"];

impl<'t> View<'t> {
    /// Accepted sessions of one identity at one host of `service`, each with the one before it.
    #[must_use]
    pub fn successions(&self, service: &str) -> Vec<Succession<'_, 't>> {
        let mut latest: Vec<(String, &Connection<'t>)> = Vec::new();
        let mut all = Vec::new();
        for after in self.connections_to(service).filter(|connection| connection.accepted().is_some()) {
            let key = session_key(after);
            match latest.iter_mut().find(|(known, _)| *known == key) {
                Some((_, before)) => {
                    all.push(Succession { before, after });
                    *before = after;
                }
                None => latest.push((key, after)),
            }
        }
        all
    }

    /// True when a subscription of one of these kinds was granted before `at`: on this connection, or in the stored
    /// session that it resumed.
    #[must_use]
    pub fn is_subscribed(&self, connection: &Connection<'t>, kinds: &[DeviceFilter], at: At) -> bool {
        let here = connection.subscribed_to(kinds).and_then(|subscription| subscription.granted());
        if here.is_some_and(|granted| granted < at) {
            return true;
        }
        let earlier = self.connections_to(connection.service).rev().find(|earlier| {
            earlier.opened < connection.opened
                && earlier.accepted().is_some()
                && session_key(earlier) == session_key(connection)
        });
        connection.session_present() && earlier.is_some_and(|earlier| self.is_subscribed(earlier, kinds, at))
    }

    /// The next accepted session at `service` after `at`.
    #[must_use]
    pub fn next_accepted(&self, service: &str, at: At) -> Option<&Connection<'t>> {
        self.connections_to(service)
            .find(|connection| connection.accepted().is_some_and(|accepted| accepted > at))
    }

    /// Attempts to connect to `service`: connections that it accepted, and those that nobody answered at an
    /// address of it.
    #[must_use]
    pub fn attempts(&self, service: &str) -> Vec<Attempt<'_, 't>> {
        let mut attempts: Vec<Attempt<'_, 't>> = self
            .connections_to(service)
            .map(|connection| Attempt {
                at: connection.opened,
                ended: connection.closed.map(|closed| closed.at),
                connection: Some(connection),
            })
            .collect();
        let addresses: Vec<_> = self.connections_to(service).map(|connection| connection.server).collect();
        for (at, event) in self.network_events() {
            let NetworkEvent::Unanswered { server, .. } = event else { continue };
            let ours = addresses.contains(server) || (addresses.is_empty() && server.port() == 8_883);
            // A SYN is repeated while nobody answers: repetitions within a few seconds are one attempt.
            let repeated = attempts.last_mut().filter(|last| {
                last.connection.is_none() && last.ended.is_some_and(|end| at.since(end) < SYN_REPEAT)
            });
            match repeated {
                Some(last) if ours && is_silent(event) => last.ended = Some(at),
                _ if ours => attempts.push(Attempt { at, ended: Some(at), connection: None }),
                _ => {}
            }
        }
        attempts.sort_by_key(|attempt| attempt.at);
        attempts
    }

    /// True when nothing that was sent on the connection from `from` to `to` can be expected to arrive: the link was
    /// disturbed, or since the connection was made the network was told to lose it, or the device lost its power,
    /// its link or its address.
    #[must_use]
    pub fn cut_off(&self, connection: &Connection<'t>, from: Time, to: Time) -> bool {
        let opened = connection.opened;
        let told = self.calls().iter().any(|call| {
            call.hand == "network" && LOSES.contains(&call.name) && call.at > opened && call.at.time <= to
        });
        let partitioned = self
            .partitions()
            .iter()
            .any(|(start, end)| start.time <= to && end.is_none_or(|end| end >= from));
        let lost =
            self.device_events().filter(|(at, _)| *at > opened && at.time <= to).any(
                |(_, event)| match event {
                    DeviceEvent::Boot { .. }
                    | DeviceEvent::AddressLost { .. }
                    | DeviceEvent::Link { up: false, .. } => true,
                    DeviceEvent::Power { state } => state == "deep-sleep" || state == "off",
                    _ => false,
                },
            );
        told || partitioned || lost || self.disturbed(from, to) || self.server_moved(connection, to)
    }

    /// True when something that the hub sends at `at` reaches the device: a session is there, and does not end before.
    /// The hub does not know yet of a device that was told to leave just now.
    #[must_use]
    pub fn is_reachable(&self, at: At) -> bool {
        self.connections_to("hub").any(|connection| {
            let leaves = self.told_to_leave(connection, at);
            let ends = connection.closed.is_some_and(|closed| closed.at.since(at) < ON_THE_WAY);
            connection.is_live(at) && !leaves && !ends
        })
    }

    /// The first sign between the two times that the firmware stopped or fell over by itself.
    #[must_use]
    pub fn crash_between(&self, from: At, to: Time) -> Option<(At, String)> {
        self.device_events().filter(|(at, _)| *at > from && at.time <= to).find_map(|(at, event)| match event
        {
            DeviceEvent::Fault { message } => Some((at, format!("the application stopped: {message}"))),
            DeviceEvent::Boot { reason, .. } if reason == "watchdog" || reason == "software" => {
                Some((at, format!("the device restarted by itself: {reason}")))
            }
            _ => None,
        })
    }

    /// True when the harness told the device to connect, to close or to start between the two places.
    #[must_use]
    pub fn told_between(&self, from: At, to: At) -> bool {
        self.calls()
            .iter()
            .any(|call| call.hand == "device" && TOLD.contains(&call.name) && from < call.at && call.at <= to)
    }

    /// True when the device can be expected to go on by itself from `from` on for this long.
    #[must_use]
    pub(crate) fn left_alone(&self, from: At, span: Duration) -> bool {
        let until = from.time + span;
        let deadline = At { record: usize::MAX, time: until };
        self.end().time > until
            && !self.told_between(from, deadline)
            && !self.boots_between(from, deadline)
            && !self.disturbed(from.time, until)
    }

    /// True when the harness told the device, before `at`, to end this connection.
    #[must_use]
    pub fn told_to_leave(&self, connection: &Connection<'_>, at: At) -> bool {
        let own = if connection.connect().is_some() { LEAVES } else { ENDS };
        self.last_told(own, at).is_some_and(|call| call.at > connection.opened)
    }

    /// The harness call of the device's hand that was the last one of `names` before `at`.
    #[must_use]
    pub fn last_told(&self, names: &[&str], at: At) -> Option<&HarnessCall<'t>> {
        self.calls()
            .iter()
            .rev()
            .find(|call| call.hand == "device" && names.contains(&call.name) && call.at < at)
    }

    /// Statuses of a client, with reasons.
    pub fn statuses(&self, of: &str) -> impl DoubleEndedIterator<Item = (At, &'t str, &'t str)> {
        self.device_events().filter_map(move |(at, event)| match event {
            DeviceEvent::Status { client, status, reason } if client == of => {
                Some((at, status.as_str(), reason.as_str()))
            }
            _ => None,
        })
    }

    /// What the device said about its memory and sockets, with the point that it was taken at.
    pub fn samples(&self) -> impl DoubleEndedIterator<Item = (At, &'t str, &'t Resources)> {
        self.device_events().filter_map(|(at, event)| match event {
            DeviceEvent::ResourcesNow { point, resources } => Some((at, point.as_str(), resources)),
            _ => None,
        })
    }

    /// When frames were dropped silently, all of them: from, until (none: to the end), and the fault's place.
    #[must_use]
    pub fn partitions(&self) -> Vec<(At, Option<Time>)> {
        let by_link = self.outages().iter().filter(|outage| outage.fault.contains("partition"));
        let seen: Vec<_> =
            by_link.map(|outage| (outage.from, outage.until.map(|until| until.time))).collect();
        if !seen.is_empty() {
            return seen;
        }
        let told = self
            .calls_named("partition")
            .map(|call| (call.at, call.span("for").map(|span| call.at.time + span)));
        told.collect()
    }

    /// True when the device speaks about itself at all: then its silence means something.
    #[must_use]
    pub fn device_speaks(&self) -> bool {
        self.device_events().next().is_some()
    }
}

/// Longest time between two SYNs of one attempt.
const SYN_REPEAT: Duration = Duration::from_secs(5);

fn is_silent(event: &NetworkEvent) -> bool {
    matches!(event, NetworkEvent::Unanswered { how, .. } if how == "dropped")
}

/// Stored sessions belong to a client identifier at a host.
fn session_key(connection: &Connection<'_>) -> String {
    let client = connection.connect().map_or("", |(_, connect)| connect.client_id.as_str());
    let host =
        connection.hub_username().map(|username| username.host.to_ascii_lowercase()).unwrap_or_default();
    format!("{host} {client}")
}

impl HarnessCall<'_> {
    /// An argument that is a time span, which is carried in microseconds.
    #[must_use]
    pub fn span(&self, name: &str) -> Option<Duration> {
        self.args.get(name)?.as_u64().map(Duration::from_micros)
    }

    /// An argument that is a text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.args.get(name)?.as_str()
    }

    /// An argument that is a whole number.
    #[must_use]
    pub fn count(&self, name: &str) -> Option<u64> {
        self.args.get(name)?.as_u64()
    }

    /// True when it ended and did what it should.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        self.outcome.is_some_and(|(_, ok, _)| ok)
    }
}
