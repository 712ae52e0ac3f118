//! PNP-PROP-03: a value that a property does not take is refused, and the old one stays.

use serde_json::Value;

use super::property::{ACKNOWLEDGED_WITHIN, Served, Wish, is_same, served};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "PNP-PROP-03", always: false, judge };

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for property in served(view) {
        let mut in_force: Option<Value> = property.initial.cloned();
        for wish in property.wishes(view) {
            if property.takes(wish.value) {
                in_force = Some(wish.value.clone());
            } else if wish.delivered {
                judge_wish(view, &property, &wish, in_force.as_ref(), &mut tally);
            }
        }
    }
    tally.finish(
        "bad values were refused and the old ones kept",
        "a bad value was not refused as the convention says",
        "no bad value was desired",
    )
}

fn judge_wish(
    view: &View<'_>,
    property: &Served<'_>,
    wish: &Wish<'_>,
    in_force: Option<&Value>,
    tally: &mut Tally,
) {
    let path = property.path();
    let own = property.acks(view).into_iter().find(|ack| {
        ack.at > wish.at
            && ack.at.since(wish.at) <= ACKNOWLEDGED_WITHIN
            && ack.version() == Some(wish.version)
    });
    let Some(ack) = own else {
        if view.end().since(wish.at) > ACKNOWLEDGED_WITHIN {
            tally.bad(wish.at, format!("{path} = {} is not answered", wish.value));
        }
        return;
    };
    let (code, value) = (ack.code().unwrap_or(0), ack.value().cloned().unwrap_or_default());
    if !(400..500).contains(&code) {
        tally.bad(ack.at, format!("{path} = {} is acknowledged with ac {code}", wish.value));
    } else if is_same(&value, wish.value) || in_force.is_some_and(|in_force| !is_same(&value, in_force)) {
        let kept = in_force.map_or_else(|| "the old value".to_owned(), Value::to_string);
        tally.bad(
            ack.at,
            format!("{path} = {} is refused, but {value} is reported instead of {kept}", wish.value),
        );
    } else {
        tally.good(ack.at, format!("{path} = {} is refused with ac {code}, {value} stays", wish.value));
    }
}

#[cfg(test)]
mod tests {
    use super::super::property::tests::{ack, report, serving, wish};
    use crate::Verdict;
    use serde_json::{Value, json};

    fn answered(desired: Value, patch: &Value) -> crate::testing::Story {
        let (mut story, conn) = serving();
        story.at(5.0);
        wish(&mut story, 2, json!(23), true);
        report(&mut story, conn, &ack(23, 200, 2));
        story.at(10.0);
        wish(&mut story, 3, desired, true);
        report(&mut story, conn, patch);
        story.at(60.0).telemetry(conn, 9, "{}");
        story
    }

    #[test]
    fn refusing_and_keeping_passes() {
        answered(json!(99), &ack(23, 400, 3)).expect("PNP-PROP-03", Verdict::Pass);
        answered(json!("warm"), &ack(23, 400, 3)).expect("PNP-PROP-03", Verdict::Pass);
    }

    #[test]
    fn taking_it_or_losing_the_old_value_fails() {
        answered(json!(99), &ack(99, 200, 3)).expect("PNP-PROP-03", Verdict::Fail);
        answered(json!(99), &ack(99, 400, 3)).expect("PNP-PROP-03", Verdict::Fail);
        answered(json!(99), &ack(20, 400, 3)).expect("PNP-PROP-03", Verdict::Fail);
        answered(json!(99), &json!({ "other": 1 })).expect("PNP-PROP-03", Verdict::Fail);
    }

    #[test]
    fn the_limits_of_the_range_are_taken() {
        answered(json!(30), &ack(30, 200, 3)).expect("PNP-PROP-03", Verdict::Inconclusive);
    }
}
