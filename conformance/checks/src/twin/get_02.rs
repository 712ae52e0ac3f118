//! TWIN-GET-02: the whole twin is read after each connection, and what was missed is applied.

use std::time::Duration;

use nanorig_trace::event::{CloudEvent, DeviceEvent};

use crate::view::{Connection, TwinAnswer, TwinOperation};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "TWIN-GET-02", always: false, judge };

/// The read is on its way by then, and its answer handled.
pub(crate) const READS_WITHIN: Duration = Duration::from_secs(30);

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for connection in view.connections_to("hub") {
        judge_connection(view, connection, &mut tally);
    }
    tally.finish(
        "the twin was read after each connection",
        "the twin was not read, or not applied, after a connection",
        "no connection lasted for long enough",
    )
}

/// The answered read of a session in time.
pub(crate) fn read_of<'c>(connection: &'c Connection<'_>) -> Option<TwinAnswer<'c>> {
    let accepted = connection.accepted()?;
    let requests = connection.twin_requests();
    let reads = requests.iter().filter(|request| {
        request.operation == TwinOperation::Get && request.at.since(accepted) <= READS_WITHIN
    });
    reads.filter_map(|request| request.answer).find(|answer| answer.status == 200)
}

fn judge_connection(view: &View<'_>, connection: &Connection<'_>, tally: &mut Tally) {
    let Some(accepted) = connection.accepted() else { return };
    let asked =
        connection.twin_requests().into_iter().find(|request| request.operation == TwinOperation::Get);
    match asked {
        None if connection.lasts(accepted, READS_WITHIN, view.end()) => {
            return tally.bad(accepted, format!("connection {} never read the twin", connection.id));
        }
        None => return,
        Some(request) if request.at.since(accepted) > READS_WITHIN => {
            return tally.bad(
                request.at,
                format!("read only {:.0} s after the connection", request.at.since(accepted).as_secs_f64()),
            );
        }
        Some(_) => {}
    }
    let Some(answer) = read_of(connection) else { return };
    let Some(version) = answer.desired_version() else { return };
    let missed = view.cloud_events_of(connection).any(|(at, event)| {
        at < accepted && matches!(event, CloudEvent::TwinDesired { version: changed, delivered: false, .. } if *changed == version)
    });
    let applied = view.device_events().find(|(at, event)| {
        *at > answer.at
            && at.since(answer.at) <= READS_WITHIN
            && matches!(event, DeviceEvent::Desired { version: handled, applied: true, .. } if *handled >= version)
    });
    match applied {
        Some((at, _)) if missed => {
            tally.good(at, format!("version {version}, which was missed, was read and applied"))
        }
        None if missed && view.device_speaks() && connection.lasts(answer.at, READS_WITHIN, view.end()) => {
            tally.bad(answer.at, format!("version {version} was read and not applied"));
        }
        _ => tally.good(answer.at, format!("read version {version}")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::Verdict;
    use crate::testing::Story;

    fn came_back() -> (Story, nanorig_trace::event::ConnId) {
        let mut story = Story::new();
        let conn = story.at(1.0).subscribed_session();
        story.reads_twin(conn, "1", 1).handles_desired(1, "full", true, json!({})).at(50.0).cut(conn);
        story.at(60.0).desired_changed(2, json!({ "a": 1 }), false);
        let conn = story.at(70.0).session(true);
        (story, conn)
    }

    #[test]
    fn reading_and_applying_passes() {
        let (mut story, conn) = came_back();
        story.at(71.0).reads_twin(conn, "2", 2).handles_desired(2, "full", true, json!({ "a": 1 }));
        story.expect("TWIN-GET-02", Verdict::Pass);
    }

    #[test]
    fn a_connection_that_ends_before_it_could_read_is_inconclusive() {
        let mut story = Story::new();
        story.expect("TWIN-GET-02", Verdict::Inconclusive);
        let conn = story.at(1.0).subscribed_session();
        story.at(20.0).cut(conn);
        story.expect("TWIN-GET-02", Verdict::Inconclusive);
    }

    #[test]
    fn not_reading_fails() {
        let (mut story, conn) = came_back();
        story.at(101.0).leaves(conn);
        story.expect("TWIN-GET-02", Verdict::Fail);
    }

    #[test]
    fn reading_and_not_applying_fails() {
        let (mut story, conn) = came_back();
        story
            .at(71.0)
            .reads_twin(conn, "2", 2)
            .handles_desired(2, "full", false, json!({}))
            .at(105.0)
            .leaves(conn);
        story.expect("TWIN-GET-02", Verdict::Fail);
    }
}
