//! PNP-PROP-05: a writable property that nobody has set yet is reported with its initial value.

use nanorig_trace::event::CloudEvent;

use super::property::{ACKNOWLEDGED_WITHIN, Served, is_same, served};
use crate::view::Connection;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "PNP-PROP-05", always: false, judge };

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for property in served(view).iter().filter(|property| property.initial.is_some()) {
        judge_property(view, property, &mut tally);
    }
    tally.finish(
        "initial values were reported with ac 203 and av 0",
        "an initial value was not reported as the convention says",
        "no property has an initial value that nobody had set",
    )
}

fn judge_property(view: &View<'_>, property: &Served<'_>, tally: &mut Tally) {
    let path = property.path();
    // The first connection at which the property is served, or the serving itself.
    let live = view.connections_to("hub").find(|connection| connection.is_live(property.at));
    let later = || {
        view.connections_to("hub")
            .find(|connection| connection.opened > property.at && connection.accepted().is_some())
    };
    let Some(connection) = live.or_else(later) else { return };
    let start = connection.accepted().map_or(property.at, |accepted| accepted.max(property.at));
    // What is desired already counts instead.
    let set = view.cloud_events().any(|(at, event)| {
        at < start && matches!(event, CloudEvent::TwinDesired { patch, .. } if property.find(patch).is_some())
    });
    let in_twin = connection.twin_requests().iter().filter_map(|request| request.answer).any(|answer| {
        answer.at.since(start) <= ACKNOWLEDGED_WITHIN
            && answer.desired().is_some_and(|desired| property.find(&desired).is_some())
    });
    if set || in_twin {
        return;
    }
    let changed = property.wishes(view).first().map(|wish| wish.at);
    let first = property.acks(view).into_iter().find(|ack| ack.at > start);
    match first.filter(|ack| ack.at.since(start) <= ACKNOWLEDGED_WITHIN) {
        Some(ack) if changed.is_some_and(|changed| changed < ack.at) => {}
        Some(ack) if ack.code() == Some(203) && ack.version() == Some(0) => {
            let value = ack.value().cloned().unwrap_or_default();
            match property.initial {
                Some(initial) if !is_same(&value, initial) => {
                    tally.bad(ack.at, format!("{path} is reported as {value} and starts with {initial}"));
                }
                _ => tally.good(ack.at, format!("{path} is reported as {value} with ac 203 and av 0")),
            }
        }
        Some(ack) => tally.bad(ack.at, format!("{path} is reported as {}", ack.body)),
        None if missed(view, connection, start, changed) => {
            tally.bad(start, format!("the initial value of {path} is not reported"));
        }
        None => {}
    }
}

/// True when there was time for the report.
fn missed(
    view: &View<'_>,
    connection: &Connection<'_>,
    start: crate::view::At,
    changed: Option<crate::view::At>,
) -> bool {
    let early = changed.is_some_and(|changed| changed.since(start) <= ACKNOWLEDGED_WITHIN);
    connection.lasts(start, ACKNOWLEDGED_WITHIN, view.end()) && !early
}

#[cfg(test)]
mod tests {
    use super::super::property::tests::{ack, report, serving};
    use crate::Verdict;
    use serde_json::{Value, json};

    fn first_report(patch: &Value) -> crate::testing::Story {
        let (mut story, conn) = serving();
        story.reads_twin(conn, "1", 1);
        report(&mut story, conn, patch);
        story.at(40.0).telemetry(conn, 9, "{}");
        story
    }

    #[test]
    fn code_203_and_version_0_pass() {
        first_report(&ack(20, 203, 0)).expect("PNP-PROP-05", Verdict::Pass);
    }

    #[test]
    fn each_deviation_fails() {
        for patch in [
            ack(20, 200, 0),
            ack(20, 203, 1),
            ack(21, 203, 0),
            json!({ "targetTemperature": 20 }),
            json!({ "x": 1 }),
        ] {
            first_report(&patch).expect("PNP-PROP-05", Verdict::Fail);
        }
    }

    #[test]
    fn a_value_that_is_desired_already_is_inconclusive() {
        let (mut story, conn) = serving();
        story.twin_get(conn, "1").twin_answer(
            conn,
            "1",
            200,
            r#"{"desired":{"targetTemperature":7,"$version":3},"reported":{}}"#,
        );
        story.at(40.0).telemetry(conn, 9, "{}");
        story.expect("PNP-PROP-05", Verdict::Inconclusive);
    }
}
