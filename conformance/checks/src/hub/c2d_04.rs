//! HUB-C2D-04: messages that come twice take effect once.

use super::repeated::{Repeated, repeated};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "HUB-C2D-04", always: false, judge };

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for message in repeated(view) {
        judge_message(&message, &mut tally);
    }
    tally.finish(
        "messages that came twice took effect once",
        "a message that came twice took effect twice",
        "no message came twice",
    )
}

/// Judges a message that came more than once.
pub(crate) fn judge_message(message: &Repeated, tally: &mut Tally) {
    let Repeated { id, last, effects } = message;
    match effects[..] {
        [_, again, ..] => tally.bad(again, format!("message {id} is handed to the application again")),
        _ => tally.good(*last, format!("message {id} came again and took effect once")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::repeated::tests::{delivers, sends, surfaces, twice};
    use crate::Verdict;
    use crate::testing::Story;

    #[test]
    fn one_effect_passes_and_two_fail() {
        let (mut story, _) = twice();
        story.expect("HUB-C2D-04", Verdict::Pass);
        surfaces(&mut story);
        story.expect("HUB-C2D-04", Verdict::Fail);
    }

    #[test]
    fn on_a_later_connection_too() {
        let mut story = Story::new();
        let conn = story.at(1.0).subscribed_session();
        sends(story.at(2.0));
        story.delivers(conn, "devices/nano-01/messages/devicebound/%24.mid=m1", "open", Some(1));
        surfaces(&mut story);
        story.cut(conn);
        let conn = story.at(9.0).session(true);
        delivers(&mut story, conn, 2);
        story.expect("HUB-C2D-04", Verdict::Pass);
        surfaces(&mut story);
        story.expect("HUB-C2D-04", Verdict::Fail);
    }

    #[test]
    fn two_messages_of_one_id_are_inconclusive() {
        let (mut story, conn) = twice();
        sends(story.at(4.0));
        delivers(&mut story, conn, 2);
        surfaces(&mut story);
        story.expect("HUB-C2D-04", Verdict::Inconclusive);
    }

    #[test]
    fn what_came_once_and_what_a_restart_forgot_are_inconclusive() {
        let mut story = Story::new();
        let conn = story.at(1.0).subscribed_session();
        sends(&mut story);
        delivers(&mut story, conn, 1);
        surfaces(&mut story);
        story.expect("HUB-C2D-04", Verdict::Inconclusive);
        story.at(5.0).boot("reset");
        let conn = story.at(9.0).session(true);
        delivers(&mut story, conn, 2);
        surfaces(&mut story);
        story.expect("HUB-C2D-04", Verdict::Inconclusive);
    }
}
