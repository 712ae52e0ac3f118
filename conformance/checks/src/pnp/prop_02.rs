//! PNP-PROP-02: every change of a writable property is acknowledged with value, code and version.

use super::property::{ACKNOWLEDGED_WITHIN, Served, Wish, is_same, served};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "PNP-PROP-02", always: false, judge };

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for property in served(view) {
        for wish in property.wishes(view).iter().filter(|wish| wish.delivered) {
            judge_wish(view, &property, wish, &mut tally);
        }
    }
    tally.finish(
        "changes were acknowledged as the convention says",
        "a change was not acknowledged as the convention says",
        "no property that the application serves was changed",
    )
}

fn judge_wish(view: &View<'_>, property: &Served<'_>, wish: &Wish<'_>, tally: &mut Tally) {
    let (path, version) = (property.path(), wish.version);
    let acks = property.acks(view);
    let in_time = |at: crate::view::At| at > wish.at && at.since(wish.at) <= ACKNOWLEDGED_WITHIN;
    let malformed = acks.iter().find(|ack| in_time(ack.at) && ack.missing().is_some());
    let own: Vec<_> = acks.iter().filter(|ack| in_time(ack.at) && ack.version() == Some(version)).collect();
    let Some(last) = own.last() else {
        // A later change may overtake this one.
        let overtaken =
            property.wishes(view).iter().any(|other| other.version > version && in_time(other.at));
        if let Some(ack) = malformed {
            tally.bad(ack.at, format!("the acknowledgement of {path} {}", ack.missing().unwrap_or_default()));
        } else if let Some(other) = acks.iter().find(|ack| in_time(ack.at) && ack.code() != Some(203)) {
            let found = other.version().unwrap_or(0);
            if !overtaken {
                tally.bad(
                    other.at,
                    format!("{path} is acknowledged for version {found} instead of {version}"),
                );
            }
        } else if !overtaken && view.end().since(wish.at) > ACKNOWLEDGED_WITHIN {
            tally.bad(wish.at, format!("{path} of version {version} is not acknowledged"));
        }
        return;
    };
    let value = last.value().cloned().unwrap_or_default();
    match (last.missing(), last.code().unwrap_or(0)) {
        (Some(missing), _) => tally.bad(last.at, format!("the acknowledgement of {path} {missing}")),
        (None, 200) if property.takes(wish.value) && !is_same(&value, wish.value) => {
            tally.bad(last.at, format!("{path} is acknowledged as {value}, {} was desired", wish.value));
        }
        (None, 202) if view.end().since(last.at) > ACKNOWLEDGED_WITHIN => {
            tally.doubtful(last.at, format!("{path} of version {version} stays at ac 202"));
        }
        (None, code @ (200 | 202 | 400..=599)) => {
            tally.good(last.at, format!("{path} of version {version} is acknowledged with ac {code}"));
        }
        (None, code) => {
            tally.bad(last.at, format!("{path} of version {version} is acknowledged with ac {code}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::property::tests::{ack, report, serving, wish};
    use crate::Verdict;
    use serde_json::{Value, json};

    fn acknowledged(second: f64, patch: &Value) -> crate::testing::Story {
        let (mut story, conn) = serving();
        story.at(10.0);
        wish(&mut story, 2, json!(23), true);
        story.at(second);
        report(&mut story, conn, patch);
        story.at(100.0).telemetry(conn, 9, "{}");
        story
    }

    #[test]
    fn value_code_and_version_pass_in_time() {
        acknowledged(39.9, &ack(23, 200, 2)).expect("PNP-PROP-02", Verdict::Pass);
        acknowledged(40.1, &ack(23, 200, 2)).expect("PNP-PROP-02", Verdict::Fail);
        acknowledged(11.0, &ack(23, 202, 2)).expect("PNP-PROP-02", Verdict::PassWithWarning);
    }

    #[test]
    fn each_deviation_fails() {
        for patch in [
            ack(23, 200, 1),
            ack(22, 200, 2),
            ack(23, 100, 2),
            json!({ "targetTemperature": 23 }),
            json!({ "targetTemperature": { "value": 23, "ac": 200 } }),
            json!({ "targetTemperature": { "ac": 200, "av": 2 } }),
            json!({ "other": 1 }),
        ] {
            acknowledged(11.0, &patch).expect("PNP-PROP-02", Verdict::Fail);
        }
    }

    #[test]
    fn no_change_is_inconclusive() {
        serving().0.expect("PNP-PROP-02", Verdict::Inconclusive);
    }
}
