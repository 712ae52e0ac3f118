//! TIME-2038-01: the device passes 2038-01-19T03:14:07Z, the last second of a signed 32-bit clock.

use std::time::Duration;

use nanorig_trace::event::DeviceEvent;
use nanorig_trace::{Time, Utc};

use super::clock::runs_right;
use crate::view::{At, Connection};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "TIME-2038-01", always: false, judge };

/// The first second that 31 bits cannot count.
const WRAP_S: i64 = 1 << 31;
/// Tokens that live for so long can reach beyond it.
const MONTH_S: i64 = 31 * 86_400;
/// What falls over at the wrap does so within this time.
const AFTERMATH: Duration = Duration::from_secs(3_600);

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for service in ["hub", "dps"] {
        for connection in view.connections_to(service) {
            judge_token(view, connection, &mut tally);
            judge_session(view, connection, &mut tally);
        }
    }
    judge_dates(view, &mut tally);
    judge_wrap(view, &mut tally);
    tally.finish(
        "times after 2038-01-19T03:14:07Z are handled",
        "times after 2038-01-19T03:14:07Z are not handled",
        "nothing happened whose time lies after 2038-01-19T03:14:07Z",
    )
}

fn seconds(view: &View<'_>, at: At) -> i64 {
    view.utc(at.time).unix_secs()
}

/// The end of the SAS token of a CONNECT, as it was written.
fn written_expiry(connection: &Connection<'_>) -> Option<(At, String)> {
    let (at, connect) = connection.connect()?;
    let password = std::str::from_utf8(connect.password.as_ref()?).ok()?;
    let fields = password.strip_prefix("SharedAccessSignature ")?;
    let expiry = fields.split('&').find_map(|field| field.strip_prefix("se="))?;
    Some((at, expiry.to_owned()))
}

/// A token that is over when it is used: with a clock that is right, its end was counted wrongly.
fn judge_token(view: &View<'_>, connection: &Connection<'_>, tally: &mut Tally) {
    let Some((at, written)) = written_expiry(connection) else { return };
    let (now, expiry) = (seconds(view, at), written.parse::<i64>().ok());
    let over = expiry.is_none_or(|expiry| expiry < now);
    if over && now + MONTH_S >= WRAP_S && runs_right(view, at) {
        tally.bad(at, format!("a token that ends at {written} is used at {now}"));
    }
    if expiry.is_some_and(|expiry| expiry >= WRAP_S && !over) && connection.accepted().is_some() {
        tally.good(at, format!("a token that ends at {written} is accepted"));
    }
}

fn judge_session(view: &View<'_>, connection: &Connection<'_>, tally: &mut Tally) {
    if let Some(accepted) = connection.accepted().filter(|at| seconds(view, *at) >= WRAP_S) {
        tally.good(accepted, format!("a session begins at {}", view.utc(accepted.time)));
    }
}

/// Certificates that are valid, and that the device takes for over or not begun.
fn judge_dates(view: &View<'_>, tally: &mut Tally) {
    for (at, event) in view.device_events() {
        let DeviceEvent::TlsFailed { error, .. } = event else { continue };
        let by_date = matches!(error.as_str(), "expired" | "not-yet-valid");
        if !by_date || seconds(view, at) < WRAP_S || !runs_right(view, at) {
            continue;
        }
        let presented = view
            .connections()
            .iter()
            .rev()
            .find_map(|connection| connection.certificate.filter(|certificate| certificate.at < at));
        if presented.is_some_and(|certificate| certificate.kind == "good") {
            tally.bad(at, format!("a good certificate is taken for {error}"));
        }
    }
}

/// A firmware that falls over when the second comes.
fn judge_wrap(view: &View<'_>, tally: &mut Tally) {
    let left = Utc::from_unix_secs(WRAP_S).micros_since(view.utc(Time::ZERO));
    let Ok(left) = u64::try_from(left) else { return };
    let wrap = Time::from_micros(left);
    let before = At { record: 0, time: Time::ZERO };
    let crashes = view.device_events().filter(|(at, _)| at.time >= wrap && at.time <= wrap + AFTERMATH);
    let first = crashes.map(|(at, _)| at).find(|at| {
        let just_before = At { record: at.record.saturating_sub(1), ..before };
        view.crash_between(just_before, at.time).is_some_and(|(when, _)| when == *at)
    });
    if let Some(at) = first {
        tally.bad(at, "the device fell over within an hour of the last second that 31 bits can count");
    }
}

#[cfg(test)]
mod tests {
    use nanorig_trace::Utc;
    use nanorig_trace::event::{CloseHow, ConnId, DeviceEvent, Party};
    use nanorig_wire::mqtt::ConnectCode;

    use super::WRAP_S;
    use crate::Verdict;
    use crate::testing::{HUB_NAME, Story, hub_connect};

    /// A device that starts so many seconds before the wrap, and has the time.
    fn starts(before: i64) -> Story {
        let mut story = Story::new();
        story.trace().header.started = Utc::from_unix_secs(WRAP_S - before);
        story.at(0.5).clock_set();
        story
    }

    /// CONNECT with a token that ends so; refused unless that is right.
    fn connects(story: &mut Story, ends: &str, accepted: bool) -> ConnId {
        let mut connect = hub_connect();
        let token = format!("SharedAccessSignature sr={HUB_NAME}%2Fdevices%2Fnano-01&sig=AAAA&se={ends}");
        connect.password = Some(token.into());
        if accepted {
            return story.session_with("hub", connect, true);
        }
        let conn = story.secure("hub");
        story.sends(conn, &nanorig_wire::mqtt::Packet::Connect(connect));
        story.connack(conn, ConnectCode::NotAuthorized, false).close(conn, Party::Server, CloseHow::Orderly);
        conn
    }

    #[test]
    fn a_token_beyond_the_wrap_and_a_session_after_it_pass() {
        let mut story = starts(60);
        connects(story.at(1.0), &(WRAP_S + 540).to_string(), true);
        story.expect("TIME-2038-01", Verdict::Pass);
        let mut story = starts(60);
        story.at(60.0).session(true);
        story.expect("TIME-2038-01", Verdict::Pass);
    }

    #[test]
    fn an_expiry_that_wrapped_or_stays_at_the_limit_fails() {
        let mut story = starts(60);
        connects(story.at(1.0), "-2147483108", false);
        story.expect("TIME-2038-01", Verdict::Fail);
        let mut story = starts(60);
        connects(story.at(61.0), &(WRAP_S - 1).to_string(), false);
        story.expect("TIME-2038-01", Verdict::Fail);
    }

    #[test]
    fn dates_that_compare_wrongly_fail() {
        let fails = |kind: &str| {
            let mut story = starts(60);
            let conn = story.at(70.0).open("hub");
            story.certificate(conn, kind, "g2").device_tls_failed("expired");
            story
        };
        fails("good").expect("TIME-2038-01", Verdict::Fail);
        fails("expired-leaf").expect("TIME-2038-01", Verdict::Inconclusive);
    }

    #[test]
    fn falling_over_at_the_wrap_fails_and_before_it_is_another_matter() {
        for (second, verdict) in [(59.9, Verdict::Pass), (60.0, Verdict::Fail), (3_661.0, Verdict::Pass)] {
            let mut story = starts(60);
            connects(story.at(1.0), &(WRAP_S + 540).to_string(), true);
            story.at(second).event(DeviceEvent::Fault { message: "overflow".into() });
            story.expect("TIME-2038-01", verdict);
        }
    }

    #[test]
    fn today_and_a_clock_that_runs_wrong_are_inconclusive() {
        let mut story = Story::new();
        story.at(0.5).clock_set();
        connects(story.at(1.0), "1500000000", false);
        story.expect("TIME-2038-01", Verdict::Inconclusive);
        let mut story = Story::new();
        story.trace().header.started = Utc::from_unix_secs(WRAP_S - 60);
        story.at(0.5).boot("power-on");
        connects(story.at(1.0), "3600", false);
        story.expect("TIME-2038-01", Verdict::Inconclusive);
    }
}
