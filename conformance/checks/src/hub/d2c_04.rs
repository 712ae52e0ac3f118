//! HUB-D2C-04: nothing is published at QoS 2 or retained.

use nanorig_wire::mqtt::QoS;

use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "HUB-D2C-04", always: true, judge };

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for connection in
        view.connections().iter().filter(|connection| matches!(connection.service, "hub" | "dps"))
    {
        for (at, publish) in connection.published() {
            if publish.qos == QoS::ExactlyOnce {
                tally.bad(at, format!("QoS 2 to {}", publish.topic));
            } else if publish.retain {
                tally.bad(at, format!("retain is set to {}, the hub keeps nothing", publish.topic));
            } else {
                tally.good(at, format!("QoS {}, not retained", publish.qos));
            }
        }
    }
    tally.finish(
        "nothing was published at QoS 2 or retained",
        "a message asks for what the hub does not do",
        "the device published nothing to the hub",
    )
}

#[cfg(test)]
mod tests {
    use nanorig_wire::mqtt::{Packet, QoS};

    use crate::Verdict;
    use crate::testing::{Story, message};

    #[test]
    fn qos_1_passes_and_qos_2_and_retain_fail() {
        for (qos, retain, verdict) in [
            (QoS::AtLeastOnce, false, Verdict::Pass),
            (QoS::ExactlyOnce, false, Verdict::Fail),
            (QoS::AtLeastOnce, true, Verdict::Fail),
        ] {
            let mut story = Story::new();
            let conn = story.at(1.0).session(false);
            let mut publish = message("devices/nano-01/messages/events/", "{}", Some(1));
            (publish.qos, publish.retain) = (qos, retain);
            story.sends(conn, &Packet::Publish(publish));
            story.expect("HUB-D2C-04", verdict);
        }
    }

    #[test]
    fn a_session_alone_is_inconclusive() {
        let mut story = Story::new();
        story.at(1.0).session(false);
        story.expect("HUB-D2C-04", Verdict::Inconclusive);
    }
}
