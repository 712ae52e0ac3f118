//! DPS-REG-02: CleanSession is 1 and QoS at most 1.

use nanorig_wire::mqtt::QoS;

use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "DPS-REG-02", always: true, judge };

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for connection in view.connections_to("dps") {
        let Some((at, connect)) = connection.connect() else { continue };
        if connect.clean_session {
            tally.good(at, "CleanSession 1");
        } else {
            tally.bad(at, "CleanSession 0, DPS keeps no sessions");
        }
        for (at, _) in connection.published().filter(|(_, publish)| publish.qos == QoS::ExactlyOnce) {
            tally.bad(at, "publishes at QoS 2");
        }
        for subscription in
            connection.subscriptions().iter().filter(|subscription| subscription.qos == QoS::ExactlyOnce)
        {
            tally.bad(subscription.at, "subscribes at QoS 2");
        }
    }
    tally.finish(
        "CleanSession 1 and at most QoS 1",
        "DPS does not offer what is asked for",
        "the device did not connect to DPS",
    )
}

#[cfg(test)]
mod tests {
    use super::super::exchange::tests::registers;
    use crate::Verdict;
    use crate::testing::{Story, dps_connect, message};
    use nanorig_wire::mqtt::{Packet, QoS};

    #[test]
    fn a_clean_session_passes_and_a_kept_one_fails() {
        for (clean, verdict) in [(true, Verdict::Pass), (false, Verdict::Fail)] {
            let mut story = Story::new();
            let mut connect = dps_connect();
            connect.clean_session = clean;
            let conn = story.at(1.0).session_with("dps", connect, false);
            registers(&mut story, conn, "1");
            story.expect("DPS-REG-02", verdict);
        }
    }

    #[test]
    fn qos_2_fails() {
        let mut story = Story::new();
        let conn = story.at(1.0).session_with("dps", dps_connect(), false);
        let mut publish = message("$dps/registrations/PUT/iotdps-register/?$rid=1", "{}", Some(1));
        publish.qos = QoS::ExactlyOnce;
        story.sends(conn, &Packet::Publish(publish));
        story.expect("DPS-REG-02", Verdict::Fail);
    }

    #[test]
    fn a_handshake_alone_is_inconclusive() {
        let mut story = Story::new();
        story.at(1.0).secure("dps");
        story.expect("DPS-REG-02", Verdict::Inconclusive);
    }
}
