//! TWIN-VER-01: desired properties are applied in the order of their versions, each once, and gaps are found.

use std::time::Duration;

use nanorig_trace::event::DeviceEvent;

use crate::view::{At, Connection, TwinOperation};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "TWIN-VER-01", always: false, judge };

/// A gap is followed by a read by then.
const READS_WITHIN: Duration = Duration::from_secs(30);

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    order(view, &mut tally);
    let mut known: Option<i64> = None;
    let mut host = String::new();
    for connection in view.connections_to("hub") {
        // Versions count from 1 again at another hub.
        let own = connection.hub_username().map(|username| username.host).unwrap_or_default();
        if own != host {
            known = None;
            host = own;
        }
        known = gaps(view, connection, known, &mut tally);
    }
    tally.finish(
        "desired properties were applied in order, each once",
        "desired properties were applied out of order, twice, or with a gap",
        "no desired properties were applied",
    )
}

/// What the device says that it applied.
fn order(view: &View<'_>, tally: &mut Tally) {
    let mut latest: Option<(At, i64)> = None;
    for (at, event) in view.device_events() {
        match event {
            // Memory does not outlive a start, and another hub has other versions.
            DeviceEvent::Boot { .. } | DeviceEvent::Registered { .. } => latest = None,
            DeviceEvent::Desired { version, applied: true, via, .. } => match latest {
                Some((_, before)) if *version < before => {
                    tally.bad(at, format!("version {version} is applied after {before}"));
                }
                Some((_, before)) if *version == before && via == "patch" => {
                    tally.bad(at, format!("version {version} is applied twice"));
                }
                _ => {
                    tally.good(at, format!("version {version} is applied by way of {via}"));
                    latest = Some((at, *version));
                }
            },
            _ => {}
        }
    }
}

/// A patch that does not follow the version that the device knows needs a read. Gives the version known at the end.
fn gaps(
    view: &View<'_>,
    connection: &Connection<'_>,
    mut known: Option<i64>,
    tally: &mut Tally,
) -> Option<i64> {
    let requests = connection.twin_requests();
    let reads = || requests.iter().filter(|request| request.operation == TwinOperation::Get);
    let mut marks: Vec<(At, i64, bool)> =
        connection.desired_pushes().iter().map(|push| (push.at, push.version, true)).collect();
    marks.extend(reads().filter_map(|request| {
        request.answer.and_then(|answer| Some((answer.at, answer.desired_version()?, false)))
    }));
    marks.sort_by_key(|(at, ..)| *at);
    for (at, version, is_patch) in marks {
        let gap = is_patch && known.is_some_and(|known| version > known + 1);
        // A read that is under way will close the gap.
        let covered = reads().any(|request| {
            request.answer.is_none_or(|answer| answer.at > at && answer.desired_version() >= Some(version))
                && (request.at < at || request.at.since(at) <= READS_WITHIN)
        });
        if gap && covered {
            tally.good(at, format!("version {version} leaves a gap, and the twin is read"));
        } else if gap && connection.lasts(at, READS_WITHIN, view.end()) {
            tally.bad(
                at,
                format!("version {version} follows {} and the twin is not read", known.unwrap_or(0)),
            );
        }
        known = known.max(Some(version));
    }
    known
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::Verdict;
    use crate::testing::Story;

    fn applied(versions: &[(i64, bool)]) -> Story {
        let mut story = Story::new();
        story.at(1.0).subscribed_session();
        for (version, applied) in versions {
            story.handles_desired(*version, "patch", *applied, json!({}));
        }
        story
    }

    #[test]
    fn rising_versions_pass_and_late_or_repeated_ones_fail() {
        applied(&[(5, true), (7, true), (6, false), (7, false)]).expect("TWIN-VER-01", Verdict::Pass);
        applied(&[(5, true), (7, true), (6, true)]).expect("TWIN-VER-01", Verdict::Fail);
        applied(&[(5, true), (5, true)]).expect("TWIN-VER-01", Verdict::Fail);
    }

    #[test]
    fn a_gap_asks_for_a_read() {
        for (reads, verdict) in [(true, Verdict::Pass), (false, Verdict::Fail)] {
            let mut story = Story::new();
            let conn = story.at(1.0).subscribed_session();
            story.reads_twin(conn, "1", 4).handles_desired(4, "full", true, json!({}));
            story.at(5.0).pushes_desired(conn, 6, "{}");
            if reads {
                story.at(5.1).reads_twin(conn, "2", 6);
            }
            story.at(40.0).handles_desired(6, "full", true, json!({}));
            story.expect("TWIN-VER-01", verdict);
        }
    }

    #[test]
    fn nothing_applied_is_inconclusive() {
        applied(&[(5, false)]).expect("TWIN-VER-01", Verdict::Inconclusive);
    }
}
