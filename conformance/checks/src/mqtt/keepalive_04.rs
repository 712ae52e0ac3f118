//! MQTT-KEEPALIVE-04: the Keep Alive is one that IoT Hub takes.

use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "MQTT-KEEPALIVE-04", always: true, judge };

/// The hub's timer of 29.45 minutes is 1.5 times this ("Communicate with an IoT hub using the MQTT protocol").
const LARGEST: u16 = 1_177;

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for connection in view.connections_to("hub") {
        let Some((at, connect)) = connection.connect() else { continue };
        match connect.keep_alive {
            0 => tally.bad(at, "the Keep Alive is turned off"),
            seconds if seconds > LARGEST => {
                tally.bad(at, format!("Keep Alive of {seconds} s, the hub takes at most {LARGEST} s"));
            }
            seconds => tally.good(at, format!("Keep Alive of {seconds} s")),
        }
    }
    tally.finish(
        "the hub takes the Keep Alive",
        "the hub does not take the Keep Alive",
        "no CONNECT to a hub was seen",
    )
}

#[cfg(test)]
mod tests {
    use crate::Verdict;
    use crate::testing::{Story, hub_connect};

    #[test]
    fn the_limits_come_in_pairs() {
        for (seconds, verdict) in
            [(0, Verdict::Fail), (1, Verdict::Pass), (1_177, Verdict::Pass), (1_178, Verdict::Fail)]
        {
            let mut story = Story::new();
            let mut connect = hub_connect();
            connect.keep_alive = seconds;
            story.at(1.0).session_with("hub", connect, false);
            story.expect("MQTT-KEEPALIVE-04", verdict);
        }
    }

    #[test]
    fn a_handshake_alone_is_inconclusive() {
        let mut story = Story::new();
        story.at(1.0).secure("hub");
        story.expect("MQTT-KEEPALIVE-04", Verdict::Inconclusive);
    }
}
