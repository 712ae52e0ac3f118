//! RECON-INT-01: the device lives with cuts of any length at any time.

use std::time::Duration;

use nanorig_trace::event::Party;
use nanorig_wire::lan::dns::Message;

use crate::hub::sequence::{Absence, Sequence, absences, sequences};
use crate::view::{At, Connection, Outage};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "RECON-INT-01", always: false, judge };

/// Fewer ends of sessions are no life with cuts.
const LEAST_CUTS: usize = 5;
/// From the first of them to the last. Seeded cuts of an hour neither begin nor end on the minute.
const LEAST_SPAN: Duration = Duration::from_secs(30 * 60);

fn judge(view: &View<'_>) -> Finding {
    let cuts = cuts(view);
    let mut tally = Tally::default();
    judge_end(view, &mut tally);
    let span = match (cuts.first(), cuts.last()) {
        (Some(first), Some(last)) => last.since(*first),
        _ => Duration::ZERO,
    };
    // A device that gives up at the first cut is spared the others.
    let gave_up = tally.has_bad() && (flapped(view) || is_idle(view));
    if !gave_up && (cuts.len() < LEAST_CUTS || span < LEAST_SPAN) {
        let (cuts, minutes) = (cuts.len(), span.as_secs() / 60);
        return Finding::inconclusive(format!("{cuts} sessions were cut, within {minutes} minutes"));
    }
    let mut messages = Tally::default();
    let absences = absences(view);
    for sequence in sequences(view) {
        judge_messages(view, &sequence, &absences, &mut messages);
    }
    if !messages.has_bad() && !tally.has_bad() && (messages.is_empty() || tally.is_empty()) {
        return Finding::inconclusive(if messages.is_empty() {
            "no numbered telemetry was due while the device was cut off"
        } else {
            "the device may still be on its way back"
        });
    }
    tally.absorb(messages);
    tally.finish(
        "the device is connected after all cuts, and lost no more messages than it says",
        "the device did not live with the cuts",
        "no session was cut",
    )
}

/// True when the link came and went for long.
fn flapped(view: &View<'_>) -> bool {
    let length = |outage: &Outage<'_>| outage.until.unwrap_or(view.end()).since(outage.from);
    view.outages().iter().any(|outage| outage.fault == "flap" && length(outage) >= LEAST_SPAN)
}

/// True when the device has not even tried to connect again after its last session, over a link that worked: no server
/// had a part in that.
fn is_idle(view: &View<'_>) -> bool {
    let last = view.connections_to("hub").rfind(|connection| connection.accepted().is_some());
    let Some((last, closed)) = last.and_then(|last| Some((last, last.closed?))) else { return false };
    // A device that ends a session by itself was not cut off.
    if closed.by == Party::Device {
        return false;
    }
    let attempts = ["hub", "dps"].into_iter().flat_map(|service| view.attempts(service));
    let mut signs = attempts.map(|attempt| attempt.at).chain(asked(view));
    signs.all(|at| at < closed.at) && !view.cut_off(last, closed.at.time, view.end().time)
}

/// When the device asked for a name that has led it to the hub or to DPS.
fn asked<'v>(view: &'v View<'_>) -> impl Iterator<Item = At> + 'v {
    let clouds = view.connections_to("hub").chain(view.connections_to("dps"));
    let names: Vec<_> = clouds.filter_map(|cloud| view.name_of(*cloud.server.ip(), cloud.opened)).collect();
    let asks =
        move |message: &Message| message.questions.iter().any(|question| names.contains(&&question.name));
    view.dns().filter(move |(_, message)| asks(message)).map(|(datagram, _)| datagram.at)
}

/// When sessions began that followed one that neither side had planned to end.
fn cuts(view: &View<'_>) -> Vec<At> {
    let sessions: Vec<&Connection<'_>> =
        view.connections_to("hub").filter(|connection| connection.accepted().is_some()).collect();
    let planned = |before: &Connection<'_>, after: &Connection<'_>| {
        before.disconnect().is_some() || view.told_between(before.opened, after.opened)
    };
    let pairs = sessions.windows(2).filter(|pair| !planned(pair[0], pair[1]));
    pairs.map(|pair| pair[1].opened).collect()
}

fn judge_messages(view: &View<'_>, sequence: &Sequence<'_, '_>, absences: &[Absence], tally: &mut Tally) {
    let kept = view.number("kept_messages");
    for absence in absences {
        let Some(toll) = sequence.toll(view, absence, kept) else { continue };
        let text = format!("{} of {} messages of this time were lost", toll.lost, toll.told);
        if toll.too_many {
            tally.bad(absence.from, text);
        } else {
            tally.good(absence.from, text);
        }
    }
}

/// The last session goes on, or the device was told to end it.
fn judge_end(view: &View<'_>, tally: &mut Tally) {
    let last = view.connections_to("hub").rfind(|connection| connection.accepted().is_some());
    let Some((last, accepted)) = last.and_then(|last| Some((last, last.accepted()?))) else { return };
    let left = last.disconnect().is_some() || view.told_to_leave(last, view.end());
    match last.closed {
        None => tally.good(accepted, "the device is connected in the end"),
        Some(closed) if left => tally.good(closed.at, "the device was connected until it left"),
        Some(closed) if is_time_over(view, closed.at) => {
            tally.bad(closed.at, "the device has not come back after this");
        }
        Some(_) => {}
    }
}

/// True when the device had the time to come back after `at` over a link that worked.
fn is_time_over(view: &View<'_>, at: At) -> bool {
    let healed = view.outages().iter().filter_map(|outage| outage.until).map(|until| until.time).max();
    let from = healed.map_or(at.time, |healed| healed.max(at.time));
    let lasting = view.outages().iter().any(|outage| outage.until.is_none());
    !lasting && view.end().time.since(from) > view.duration("cap")
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::{CloseHow, CloudEvent, Party};
    use nanorig_wire::mqtt::ConnectCode;
    use serde_json::json;

    use crate::Verdict;
    use crate::testing::{HUB, HUB_NAME, Story};

    /// A message each minute over this many cuts, one every ten minutes and two minutes long. `arrives` says which
    /// of those arrive that are due meanwhile.
    fn life(cuts: u32, arrives: impl Fn(u64) -> bool) -> Story {
        life_at(1, 1.0, cuts, arrives)
    }

    /// The same at this QoS, where the device knows of each cut so many seconds after its last packet.
    fn life_at(qos: u8, knows: f64, cuts: u32, arrives: impl Fn(u64) -> bool) -> Story {
        let mut story = Story::new();
        let mut conn = story.at(0.5).subscribed_session();
        let args = json!({ "sequence": "n", "count": 10 * (cuts + 1), "every": 60_000_000 });
        story.at(1.0).action("telemetry.send", args);
        let mut waiting: Vec<u64> = Vec::new();
        for number in 1..=10 * (cuts + 1) {
            let due = f64::from(number - 1).mul_add(60.0, 1.0);
            match number % 10 {
                8 | 9 => waiting.push(number.into()),
                0 => {
                    conn = story.at(due).session(true);
                    waiting.retain(|number| arrives(*number));
                    waiting.push(number.into());
                }
                _ => waiting.push(number.into()),
            }
            if !matches!(number % 10, 8 | 9) {
                story.at(due + 0.1);
                for number in waiting.drain(..) {
                    story.telemetry(conn, 1, "{}");
                    let (device, system, body) = ("nano-01".into(), json!({}), json!({}));
                    let properties = json!({ "n": number.to_string() });
                    story.event(CloudEvent::Telemetry { device, properties, system, body, qos });
                }
                if number % 10 == 7 {
                    story.at(due + knows).cut(conn);
                }
            }
        }
        story.outcome("telemetry.send", true, json!({}));
        story.at(f64::from(cuts + 1) * 600.0 + 120.0).hub_status("Connected", "ok");
        story
    }

    #[test]
    fn messages_that_all_arrive_pass() {
        life(5, |_| true).expect("RECON-INT-01", Verdict::Pass);
    }

    #[test]
    fn messages_beyond_the_policy_may_be_lost_and_no_others() {
        life(5, |number| number != 28).expect("RECON-INT-01", Verdict::Fail);
        for (kept, verdict) in [(2, Verdict::Fail), (1, Verdict::Pass)] {
            let mut story = life(5, |number| number % 10 == 0);
            story.parameter("kept_messages", kept);
            story.expect("RECON-INT-01", verdict);
        }
    }

    #[test]
    fn at_qos_0_what_went_into_a_dead_session_may_be_lost() {
        // Message 8 of ten is due 60 s after the last packet of the session, which the device thinks alive for 90 s.
        let lost = |number: u64| move |own: u64| own % 10 != number;
        life_at(0, 90.0, 5, lost(8)).expect("RECON-INT-01", Verdict::Pass);
        life_at(0, 90.0, 5, lost(9)).expect("RECON-INT-01", Verdict::Fail);
        life_at(1, 90.0, 5, lost(8)).expect("RECON-INT-01", Verdict::Fail);
    }

    #[test]
    fn not_coming_back_fails() {
        let cut_last = || {
            let mut story = life(5, |_| true);
            let last = story.trace().records.iter().rev().find_map(|record| match &record.event {
                nanorig_trace::Event::Conn(nanorig_trace::event::ConnEvent::Packet { conn, .. }) => {
                    Some(*conn)
                }
                _ => None,
            });
            story.at(3_800.0).cut(last.unwrap());
            story
        };
        for (second, verdict) in [(4_400.0, Verdict::Inconclusive), (4_401.0, Verdict::Fail)] {
            let mut story = cut_last();
            story.at(second).hub_status("Reconnecting", "network");
            story.expect("RECON-INT-01", verdict);
        }
    }

    #[test]
    fn giving_up_at_the_first_cut_of_many_fails() {
        for (minutes, verdict) in [(29.0, Verdict::Inconclusive), (30.0, Verdict::Fail)] {
            let mut story = Story::new();
            let conn = story.at(1.0).subscribed_session();
            let flap = |on| nanorig_trace::event::NetworkEvent::Link { fault: "flap".into(), on };
            story.at(10.0).event(flap(true)).at(60.0).cut(conn).at(70.0);
            story.refused_session(ConnectCode::ServerUnavailable);
            story.at(10.0 + 60.0 * minutes).event(flap(false)).at(5_000.0).hub_status("Failed", "network");
            story.expect("RECON-INT-01", verdict);
        }
    }

    #[test]
    fn never_trying_again_after_a_single_cut_fails() {
        let cut = || {
            let mut story = Story::new();
            let conn = story.at(1.0).subscribed_session();
            story.at(60.0).cut(conn);
            story
        };
        for (second, verdict) in [(660.0, Verdict::Inconclusive), (661.0, Verdict::Fail)] {
            let mut story = cut();
            story.at(second).hub_status("Failed", "network");
            story.expect("RECON-INT-01", verdict);
        }
        let asks = |name: &str| {
            let mut story = Story::new();
            story.dns_asks(1, HUB_NAME).dns_answers(1, HUB_NAME, 60, HUB);
            let conn = story.at(1.0).subscribed_session();
            story.at(60.0).cut(conn).at(100.0).dns_asks(2, name).at(3_600.0).hub_status("Failed", "network");
            story
        };
        asks("pool.ntp.org").expect("RECON-INT-01", Verdict::Fail);
        asks(HUB_NAME).expect("RECON-INT-01", Verdict::Inconclusive);
        let mut left = Story::new();
        let conn = left.at(1.0).subscribed_session();
        left.at(60.0)
            .close(conn, Party::Device, CloseHow::Reset)
            .at(3_600.0)
            .hub_status("Failed", "protocol");
        left.expect("RECON-INT-01", Verdict::Inconclusive);
        let mut refused = cut();
        refused.at(70.0).refused_session(ConnectCode::NotAuthorized);
        refused.at(3_600.0).hub_status("Failed", "unauthorized");
        refused.expect("RECON-INT-01", Verdict::Inconclusive);
        let mut told = cut();
        told.at(100.0).action("hub.close", json!({})).at(3_600.0).hub_status("Disconnected", "closed-by-app");
        told.expect("RECON-INT-01", Verdict::Inconclusive);
    }

    #[test]
    fn few_cuts_or_unnumbered_messages_are_inconclusive() {
        life(3, |_| true).expect("RECON-INT-01", Verdict::Inconclusive);
        Story::new().expect("RECON-INT-01", Verdict::Inconclusive);
        let mut story = Story::new();
        for second in 0..9_u32 {
            let conn = story.at(f64::from(second) * 600.0).subscribed_session();
            story.at(f64::from(second).mul_add(600.0, 500.0)).cut(conn);
        }
        story.at(6_000.0).session(true);
        story.expect("RECON-INT-01", Verdict::Inconclusive);
    }
}
