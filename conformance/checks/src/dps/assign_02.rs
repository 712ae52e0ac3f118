//! DPS-ASSIGN-02: the assignment outlives a start.

use nanorig_wire::mqtt::ConnectCode;

use super::exchange::requests;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "DPS-ASSIGN-02", always: false, judge };

fn judge(view: &View<'_>) -> Finding {
    let requests = requests(view);
    let assigned = requests.iter().find_map(|request| {
        request.answer.as_ref().filter(|answer| answer.assignment().is_some()).map(|answer| answer.at)
    });
    let Some(assigned) = assigned else {
        return Finding::inconclusive("the device was not assigned");
    };
    let mut tally = Tally::default();
    for boot in view.boots().iter().filter(|boot| boot.at > assigned) {
        let registered = requests.iter().find(|request| request.is_register && boot.contains(request.at));
        let connected = view.connections_to("hub").find(|connection| boot.contains(connection.opened));
        // A hub that refuses the device, or an operator, is a reason.
        let refused = view.connections_to("hub").any(|connection| {
            connection.opened > assigned
                && registered.is_some_and(|request| connection.opened < request.at)
                && connection.connack().is_some_and(|(_, connack)| connack.code != ConnectCode::Accepted)
        });
        let told = registered.is_some_and(|request| {
            view.calls_named("dps.register").any(|call| call.at > boot.at && call.at < request.at)
        });
        match (registered, connected) {
            (Some(request), _) if !refused && !told => tally.bad(request.at, "registers again after a start"),
            (None, Some(connection)) => {
                tally.good(connection.opened, "goes to its hub without registering again")
            }
            _ => {}
        }
    }
    tally.finish(
        "the assignment outlived every start",
        "the device registered again after a start",
        "no start followed the assignment",
    )
}

#[cfg(test)]
mod tests {
    use super::super::exchange::tests::{assigned, registers};
    use crate::Verdict;
    use crate::testing::{Story, dps_connect};

    #[test]
    fn going_straight_to_the_hub_passes_and_registering_fails() {
        for (again, verdict) in [(false, Verdict::Pass), (true, Verdict::Fail)] {
            let mut story = Story::new();
            let conn = story.at(1.0).session_with("dps", dps_connect(), false);
            registers(&mut story, conn, "1");
            assigned(&mut story, conn, "1", 200);
            story.at(10.0).boot("reset").at(20.0);
            if again {
                let conn = story.session_with("dps", dps_connect(), false);
                registers(&mut story, conn, "1");
                assigned(&mut story, conn, "1", 200);
            }
            story.session(false);
            story.expect("DPS-ASSIGN-02", verdict);
        }
    }

    #[test]
    fn without_a_start_it_is_inconclusive() {
        let mut story = Story::new();
        let conn = story.at(1.0).session_with("dps", dps_connect(), false);
        registers(&mut story, conn, "1");
        assigned(&mut story, conn, "1", 200);
        story.session(false);
        story.expect("DPS-ASSIGN-02", Verdict::Inconclusive);
    }
}
