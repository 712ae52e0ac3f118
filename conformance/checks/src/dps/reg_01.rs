//! DPS-REG-01: the answers are subscribed to before the device registers.

use nanorig_wire::dps::{RESPONSES_FILTER, Request};
use nanorig_wire::mqtt::SubAckCode;

use crate::view::Connection;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "DPS-REG-01", always: true, judge };

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for connection in view.connections_to("dps") {
        judge_connection(connection, &mut tally);
    }
    tally.finish(
        "the device subscribed to the answers and then registered",
        "the device did not register as DPS wants it",
        "the device did not register",
    )
}

fn judge_connection(connection: &Connection<'_>, tally: &mut Tally) {
    let granted = connection.subscriptions().into_iter().find_map(|subscription| match subscription.answer {
        Some((at, SubAckCode::Granted(_))) if subscription.filter == RESPONSES_FILTER => Some(at),
        _ => None,
    });
    for (at, publish) in connection.published() {
        match Request::parse(&publish.topic) {
            Err(error) => tally.bad(at, error.to_string()),
            Ok(Request::Register { .. }) if granted.is_none_or(|granted| granted > at) => {
                tally.bad(at, "registers before SUBACK for the answers");
            }
            Ok(Request::Register { rid }) => {
                tally.good(at, format!("registers with request id {rid} after SUBACK"))
            }
            Ok(Request::Status { .. }) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::exchange::tests::registers;
    use crate::Verdict;
    use crate::testing::{Story, dps_connect};

    const FILTER: &[&str] = &["$dps/registrations/res/#"];

    #[test]
    fn suback_first_passes_and_any_other_order_fails() {
        let mut story = Story::new();
        let conn = story.at(1.0).session_with("dps", dps_connect(), false);
        story.subscribe(conn, 1, FILTER);
        registers(&mut story, conn, "1");
        story.expect("DPS-REG-01", Verdict::Pass);
        let mut story = Story::new();
        let conn = story.at(1.0).session_with("dps", dps_connect(), false);
        story.asks_for(conn, 1, FILTER);
        registers(&mut story, conn, "1");
        story.expect("DPS-REG-01", Verdict::Fail);
    }

    #[test]
    fn another_topic_fails() {
        let mut story = Story::new();
        let conn = story.at(1.0).session_with("dps", dps_connect(), false);
        story.subscribe(conn, 1, FILTER);
        story.publishes(conn, "$dps/registrations/PUT/iotdps-register", "{}", Some(2));
        story.expect("DPS-REG-01", Verdict::Fail);
    }

    #[test]
    fn subscribing_alone_is_inconclusive() {
        let mut story = Story::new();
        let conn = story.at(1.0).session_with("dps", dps_connect(), false);
        story.subscribe(conn, 1, FILTER);
        story.expect("DPS-REG-01", Verdict::Inconclusive);
    }
}
