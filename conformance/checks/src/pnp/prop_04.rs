//! PNP-PROP-04: objects of components carry the marker, and only those.

use std::collections::BTreeSet;

use nanorig_trace::event::CloudEvent;
use serde_json::Value;

use super::property::{reports, served};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "PNP-PROP-04", always: false, judge };

const MARKER: &str = "__t";

fn judge(view: &View<'_>) -> Finding {
    let components = components(view);
    let mut tally = Tally::default();
    for (at, patch) in reports(view) {
        let Some(members) = patch.as_object() else { continue };
        if members.contains_key(MARKER) {
            tally.bad(at, "the default component is marked as a component");
        }
        for (name, value) in members {
            if components.contains(name.as_str()) {
                match value.get(MARKER) {
                    Some(marker) if marker == "c" => tally.good(at, format!("{name} is marked")),
                    Some(other) => tally.bad(at, format!("{name} is marked with {other}")),
                    None if value.is_null() => {}
                    None => tally.bad(at, format!("{name} is not marked")),
                }
            } else if value.get("ac").is_some() && value.get(MARKER).is_some() {
                tally.bad(at, format!("{name} is a property and marked as a component"));
            }
        }
    }
    tally.finish(
        "objects of components carry the marker",
        "the marker of components is not where it belongs",
        "no component reported anything",
    )
}

/// Components by what the application serves and by what is desired of them.
fn components<'t>(view: &View<'t>) -> BTreeSet<&'t str> {
    let mut names: BTreeSet<&str> = served(view).iter().filter_map(|property| property.component).collect();
    for (_, event) in view.cloud_events() {
        let CloudEvent::TwinDesired { patch, .. } = event else { continue };
        let members = patch.as_object().into_iter().flatten();
        names.extend(
            members
                .filter(|(_, value)| value.get(MARKER).and_then(Value::as_str) == Some("c"))
                .map(|(name, _)| name.as_str()),
        );
    }
    names
}

#[cfg(test)]
mod tests {
    use super::super::property::tests::report;
    use crate::Verdict;
    use crate::testing::Story;
    use serde_json::{Value, json};

    fn reported(patch: &Value) -> Story {
        let mut story = Story::new();
        story.action("property.serve", json!({ "component": "thermostat1", "name": "targetTemperature" }));
        let conn = story.at(1.0).subscribed_session();
        story.desired_changed(2, json!({ "thermostat1": { "__t": "c", "targetTemperature": 18 } }), true);
        report(&mut story, conn, patch);
        story
    }

    #[test]
    fn a_marked_component_passes() {
        reported(&json!({ "thermostat1": { "__t": "c", "targetTemperature": { "value": 18, "ac": 200, "av": 2 } } }))
            .expect("PNP-PROP-04", Verdict::Pass);
    }

    #[test]
    fn no_marker_another_one_and_one_too_many_fail() {
        for patch in [
            json!({ "thermostat1": { "targetTemperature": { "value": 18, "ac": 200, "av": 2 } } }),
            json!({ "thermostat1": { "__t": "component", "targetTemperature": 18 } }),
            json!({ "__t": "c", "thermostat1": { "__t": "c" } }),
            json!({ "serial": { "__t": "c", "value": 1, "ac": 200, "av": 2 } }),
        ] {
            reported(&patch).expect("PNP-PROP-04", Verdict::Fail);
        }
    }

    #[test]
    fn properties_of_the_default_component_are_inconclusive() {
        reported(&json!({ "serial": "A1" })).expect("PNP-PROP-04", Verdict::Inconclusive);
    }
}
