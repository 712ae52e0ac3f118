//! TWIN-VER-02: null deletes a desired property, and unknown properties do no harm.

use std::time::Duration;

use nanorig_trace::event::{CloudEvent, DeviceEvent};
use serde_json::Value;

use crate::view::At;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "TWIN-VER-02", always: false, judge };

/// A change that was delivered is handled by then.
const HANDLED_WITHIN: Duration = Duration::from_secs(30);

/// A property that was deleted, by its path, and with which version.
struct Deletion<'t> {
    path: Vec<String>,
    patch: &'t Value,
    version: i64,
    at: At,
    /// The version that sets it again.
    until: Option<i64>,
}

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    let mut deletions: Vec<Deletion<'_>> = Vec::new();
    for (at, event) in view.cloud_events() {
        let CloudEvent::TwinDesired { patch, version, delivered, .. } = event else { continue };
        for deletion in deletions.iter_mut().filter(|deletion| deletion.until.is_none()) {
            if lookup(patch, &deletion.path).is_some_and(|value| !value.is_null()) {
                deletion.until = Some(*version);
            }
        }
        let mut paths = Vec::new();
        nulls(patch, &mut Vec::new(), &mut paths);
        deletions.extend(paths.into_iter().map(|path| Deletion {
            path,
            patch,
            version: *version,
            at,
            until: None,
        }));
        if *delivered {
            judge_delivered(view, at, *version, &mut tally);
        }
    }
    if deletions.is_empty() && !tally.has_bad() {
        return Finding::inconclusive("no desired property was deleted");
    }
    let mut told = Tally::default();
    for deletion in &deletions {
        judge_deletion(view, deletion, &mut told);
    }
    tally.absorb(told);
    tally.finish(
        "deleted properties were gone and everything else was taken",
        "a deletion or an unknown property was not handled",
        "the device did not handle a version with a deletion",
    )
}

/// Whatever is in a change, it is handled.
fn judge_delivered(view: &View<'_>, at: At, version: i64, tally: &mut Tally) {
    if let Some((crashed, how)) = view.crash_between(at, at.time + HANDLED_WITHIN) {
        return tally.bad(crashed, format!("{how}, after version {version}"));
    }
    let handled = view.device_events().any(|(when, event)| {
        when > at && matches!(event, DeviceEvent::Desired { version: handled, .. } if *handled >= version)
    });
    let stays = view
        .connections_to("hub")
        .any(|connection| connection.is_live(at) && connection.lasts(at, HANDLED_WITHIN, view.end()));
    if !handled && stays && view.device_speaks() {
        tally.bad(at, format!("version {version} was delivered and never handled"));
    }
}

fn judge_deletion(view: &View<'_>, deletion: &Deletion<'_>, tally: &mut Tally) {
    let name = deletion.path.join(".");
    for (at, event) in view.device_events().filter(|(at, _)| *at > deletion.at) {
        let DeviceEvent::Desired { version, applied: true, properties, via } = event else { continue };
        if *version < deletion.version || deletion.until.is_some_and(|until| *version >= until) {
            continue;
        }
        match lookup(properties, &deletion.path) {
            Some(value) if !value.is_null() => {
                tally.bad(
                    at,
                    format!("{name} is {value} in version {version}, it was deleted in {}", deletion.version),
                );
            }
            // A device that tells the patch tells the deletion in it; one that tells all it has leaves it out.
            None if via == "patch"
                && *version == deletion.version
                && !has_more(properties, deletion.patch) =>
            {
                tally.bad(at, format!("the deletion of {name} in version {version} was not handled"));
            }
            _ => tally.good(at, format!("{name} is gone in version {version}")),
        }
    }
}

fn nulls(value: &Value, path: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
    let Some(members) = value.as_object() else { return };
    for (name, member) in members {
        path.push(name.clone());
        if member.is_null() {
            found.push(path.clone());
        } else {
            nulls(member, path, found);
        }
        path.pop();
    }
}

/// True when the properties hold something that is not in the patch: they are the whole section then.
fn has_more(properties: &Value, patch: &Value) -> bool {
    let members = properties.as_object().into_iter().flatten().filter(|(name, _)| *name != "$version");
    members
        .into_iter()
        .any(|(name, value)| patch.get(name).is_none_or(|own| value.is_object() && has_more(value, own)))
}

fn lookup<'v>(value: &'v Value, path: &[String]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, name| value.get(name))
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::CloudEvent;
    use serde_json::{Value, json};

    use crate::Verdict;
    use crate::testing::Story;

    fn deleted(after: Value) -> Story {
        let mut story = Story::new();
        story.at(1.0).subscribed_session();
        story.desired_changed(2, json!({ "limits": { "low": 1, "high": 9 }, "odd": { "x": [] } }), true);
        story.handles_desired(
            2,
            "patch",
            true,
            json!({ "limits": { "low": 1, "high": 9 }, "odd": { "x": [] } }),
        );
        story.at(5.0).desired_changed(3, json!({ "limits": { "low": null } }), true);
        story.handles_desired(3, "patch", true, after);
        story
    }

    #[test]
    fn a_deleted_member_that_is_gone_or_null_passes() {
        deleted(json!({ "limits": { "high": 9 } })).expect("TWIN-VER-02", Verdict::Pass);
        deleted(json!({ "limits": { "low": null } })).expect("TWIN-VER-02", Verdict::Pass);
    }

    #[test]
    fn no_deletion_and_one_that_was_never_handled_are_inconclusive() {
        let mut story = Story::new();
        story.at(1.0).subscribed_session();
        story.desired_changed(2, json!({ "a": 1 }), true).handles_desired(
            2,
            "patch",
            true,
            json!({ "a": 1 }),
        );
        story.expect("TWIN-VER-02", Verdict::Inconclusive);
        story.at(5.0).desired_changed(3, json!({ "a": null }), true);
        story.expect("TWIN-VER-02", Verdict::Inconclusive);
    }

    #[test]
    fn another_devices_deletion_is_inconclusive() {
        let mut story = Story::new();
        story.at(1.0).subscribed_session();
        let (device, patch) = ("nano-02".into(), json!({ "a": null }));
        story.event(CloudEvent::TwinDesired { device, patch, version: 2, delivered: true });
        story.at(60.0).handles_desired(2, "full", true, json!({ "a": 1 }));
        story.expect("TWIN-VER-02", Verdict::Inconclusive);
    }

    #[test]
    fn a_deletion_that_is_left_out_of_the_patch_fails() {
        let mut story = Story::new();
        story.at(1.0).subscribed_session();
        story.desired_changed(2, json!({ "gone": 1 }), true);
        story.handles_desired(2, "patch", true, json!({ "gone": 1 }));
        story.desired_changed(3, json!({ "gone": null, "other": 2 }), true);
        story.handles_desired(3, "patch", true, json!({ "other": 2 }));
        story.expect("TWIN-VER-02", Verdict::Fail);
    }

    #[test]
    fn a_deleted_member_that_stays_fails() {
        deleted(json!({ "limits": { "low": 1, "high": 9 } })).expect("TWIN-VER-02", Verdict::Fail);
    }

    #[test]
    fn a_change_that_is_not_handled_fails() {
        let mut story = deleted(json!({ "limits": { "low": null } }));
        story
            .at(10.0)
            .desired_changed(4, json!({ "unheard": 1 }), true)
            .at(45.0)
            .hub_status("Connected", "ok");
        story.expect("TWIN-VER-02", Verdict::Fail);
        let mut story = deleted(json!({ "limits": { "low": null } }));
        story.at(10.0).desired_changed(4, json!({ "unheard": 1 }), true).boot("watchdog");
        story.expect("TWIN-VER-02", Verdict::Fail);
    }

    #[test]
    fn a_property_that_is_set_again_may_be_there() {
        let mut story = deleted(json!({ "limits": { "low": null } }));
        story.at(9.0).desired_changed(4, json!({ "limits": { "low": 2 } }), true);
        story.handles_desired(4, "patch", true, json!({ "limits": { "low": 2 } }));
        story.expect("TWIN-VER-02", Verdict::Pass);
    }
}
