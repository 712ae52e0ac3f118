//! HUB-SAS-06: when the primary key is refused, the secondary one is used.

use std::time::Duration;

use nanorig_trace::event::CloudEvent;

use crate::view::At;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "HUB-SAS-06", always: false, judge };

/// A device may try a new token of its primary key before it turns to the other one.
const TRIES: usize = 3;
/// A device that tries again at all has done so by then.
const PATIENCE: Duration = Duration::from_secs(600);

fn judge(view: &View<'_>) -> Finding {
    if !view.trace().header.dut.secondary_key {
        return Finding::inconclusive("the device was not set up with a secondary key");
    }
    let spoilt = spoilt(view);
    let mut tally = Tally::default();
    let mut refused: Vec<At> = Vec::new();
    for (at, event) in view.cloud_events().take_while(|(at, _)| spoilt.is_none_or(|spoilt| *at < spoilt)) {
        match event {
            CloudEvent::Refused { service, reason, .. } if service == "hub" && reason == "bad-signature" => {
                refused.push(at);
                if refused.len() >= TRIES {
                    let times = refused.len();
                    tally.bad(at, format!("refused for its signature {times} times, with a secondary key"));
                    refused.clear();
                }
            }
            CloudEvent::Connected { .. } => {
                if !refused.is_empty() {
                    let times = refused.len();
                    tally.good(at, format!("accepted with another key, after {times} refusals"));
                }
                refused.clear();
            }
            // A registration may give the hub the primary key that the device knows.
            CloudEvent::Registration { .. } => refused.clear(),
            _ => {}
        }
    }
    if let Some(&last) = refused.last()
        && spoilt.is_none()
        && view.left_alone(last, PATIENCE)
    {
        tally.bad(last, "refused for its signature, and the secondary key is not tried");
    }
    tally.finish(
        "the secondary key was used where the primary one was refused",
        "the secondary key was not used where the primary one was refused",
        "the hub refused no key of the device",
    )
}

/// When the hub no longer knows the secondary key of the device.
fn spoilt(view: &View<'_>) -> Option<At> {
    let identity = &view.trace().header.dut.device_id;
    let own = |device: Option<&str>| device.is_none_or(|device| device == identity);
    let mut rotations = view.calls_named("key.rotate").filter(|call| own(call.text("device")));
    rotations.find(|call| matches!(call.text("which"), Some("secondary" | "both"))).map(|call| call.at)
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::{ConnId, DeviceEvent};
    use nanorig_wire::mqtt::ConnectCode;
    use serde_json::json;

    use crate::Verdict;
    use crate::testing::Story;

    fn with_two_keys() -> Story {
        let mut story = Story::new();
        story.trace().header.dut.secondary_key = true;
        story.at(1.0).stimulus("cloud", "key.rotate", json!({ "which": "primary" }));
        story
    }

    fn refused(story: &mut Story, times: u32) {
        for number in 0..times {
            story.at(10.0 * f64::from(number + 1));
            let conn = story.refused_session(ConnectCode::NotAuthorized);
            story.cloud_refused(conn, "bad-signature");
        }
    }

    fn accepted(story: &mut Story) -> ConnId {
        let conn = story.at(100.0).session(true);
        story.cloud_connected(conn, "sas");
        conn
    }

    #[test]
    fn the_limits_come_in_pairs() {
        for (times, verdict) in [(1, Verdict::Pass), (2, Verdict::Pass), (3, Verdict::Fail)] {
            let mut story = with_two_keys();
            refused(&mut story, times);
            accepted(&mut story);
            story.expect("HUB-SAS-06", verdict);
        }
    }

    #[test]
    fn giving_up_fails_and_being_told_to_leave_is_inconclusive() {
        let mut story = with_two_keys();
        refused(&mut story, 1);
        story.at(611.0).event(DeviceEvent::Main {});
        story.expect("HUB-SAS-06", Verdict::Fail);
        let mut story = with_two_keys();
        refused(&mut story, 1);
        story.at(20.0).action("hub.close", json!({})).at(611.0).event(DeviceEvent::Main {});
        story.expect("HUB-SAS-06", Verdict::Inconclusive);
    }

    #[test]
    fn without_a_good_secondary_key_it_is_inconclusive() {
        let mut story = with_two_keys();
        story.trace().header.dut.secondary_key = false;
        refused(&mut story, 5);
        story.expect("HUB-SAS-06", Verdict::Inconclusive);
        let mut story = with_two_keys();
        story.at(2.0).stimulus("cloud", "key.rotate", json!({ "which": "both" }));
        refused(&mut story, 5);
        story.expect("HUB-SAS-06", Verdict::Inconclusive);
    }

    #[test]
    fn other_refusals_and_what_dps_may_have_mended_are_inconclusive() {
        let mut story = with_two_keys();
        for number in 1..9 {
            story.at(10.0 * f64::from(number));
            let conn = story.refused_session(ConnectCode::NotAuthorized);
            story.cloud_refused(conn, "device-disabled");
        }
        story.expect("HUB-SAS-06", Verdict::Inconclusive);
        let mut story = with_two_keys();
        refused(&mut story, 2);
        story.at(50.0).event(nanorig_trace::event::CloudEvent::Registration {
            registration: "nano-01".into(),
            request: "register".into(),
            status: "assigned".into(),
            code: 200,
            hub: None,
            device_id: None,
            retry_after_s: None,
            model_id: None,
            error_code: None,
        });
        accepted(&mut story);
        story.expect("HUB-SAS-06", Verdict::Inconclusive);
    }
}
