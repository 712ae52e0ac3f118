//! DPS-POLL-01: an operation is asked for by its id, with a new request id each time.

use std::collections::BTreeSet;

use nanorig_wire::dps::Request;

use crate::view::Connection;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "DPS-POLL-01", always: true, judge };

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for connection in view.connections_to("dps") {
        judge_connection(connection, &mut tally);
    }
    tally.finish(
        "operations were asked for by their ids",
        "an operation was not asked for as DPS wants it",
        "no registration was left open",
    )
}

fn judge_connection(connection: &Connection<'_>, tally: &mut Tally) {
    let requests = connection.dps_requests();
    let mut used: BTreeSet<&str> = BTreeSet::new();
    let mut open: Option<String> = None;
    for request in &requests {
        let rid = request.request.rid();
        let fresh = used.insert(rid);
        if let Some(operation) = &open {
            match &request.request {
                Request::Status { operation_id, .. } if operation_id != operation => {
                    tally.bad(request.at, format!("asks for {operation_id} instead of {operation}"));
                }
                Request::Status { .. } if !fresh => {
                    tally.bad(request.at, format!("request id {rid} is used again"))
                }
                Request::Status { .. } => {
                    tally.good(request.at, format!("asks for {operation} with request id {rid}"))
                }
                Request::Register { .. } => {
                    tally.bad(request.at, format!("registers again instead of asking for {operation}"));
                }
            }
        }
        if let Some(answer) = &request.answer {
            let pending = answer.operation.as_ref().filter(|_| answer.is_assigning());
            // A busy service leaves the operation as it is.
            if pending.is_some() || !answer.is_busy() {
                open = pending.map(|operation| operation.operation_id.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::exchange::tests::{assigned, assigning, polls, registers};
    use crate::Verdict;
    use crate::testing::{Story, dps_connect};

    fn polled(first: (&str, &str), second: (&str, &str)) -> Story {
        let mut story = Story::new();
        let conn = story.at(1.0).session_with("dps", dps_connect(), false);
        registers(&mut story, conn, "1");
        assigning(&mut story, conn, "1", Some(3));
        polls(&mut story, conn, first.0, first.1);
        assigning(&mut story, conn, first.0, Some(3));
        polls(&mut story, conn, second.0, second.1);
        assigned(&mut story, conn, second.0, 200);
        story
    }

    #[test]
    fn the_given_operation_with_new_ids_passes() {
        polled(("2", "4.op"), ("3", "4.op")).expect("DPS-POLL-01", Verdict::Pass);
    }

    #[test]
    fn another_operation_and_a_repeated_id_fail() {
        polled(("2", "4.op"), ("3", "5.op")).expect("DPS-POLL-01", Verdict::Fail);
        polled(("2", "4.op"), ("2", "4.op")).expect("DPS-POLL-01", Verdict::Fail);
    }

    #[test]
    fn registering_again_fails() {
        let mut story = Story::new();
        let conn = story.at(1.0).session_with("dps", dps_connect(), false);
        registers(&mut story, conn, "1");
        assigning(&mut story, conn, "1", Some(3));
        registers(&mut story, conn, "2");
        story.expect("DPS-POLL-01", Verdict::Fail);
    }

    #[test]
    fn a_registration_at_once_and_one_that_is_never_asked_for_are_inconclusive() {
        let mut story = Story::new();
        let conn = story.at(1.0).session_with("dps", dps_connect(), false);
        registers(&mut story, conn, "1");
        assigned(&mut story, conn, "1", 200);
        story.expect("DPS-POLL-01", Verdict::Inconclusive);
        let mut story = Story::new();
        let conn = story.at(1.0).session_with("dps", dps_connect(), false);
        registers(&mut story, conn, "1");
        assigning(&mut story, conn, "1", Some(3));
        story.expect("DPS-POLL-01", Verdict::Inconclusive);
    }
}
