//! DPS-ATT-02: a device of an enrollment group signs with its own derived key.

use serde_json::Value;

use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "DPS-ATT-02", always: false, judge };

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for connection in view.connections_to("dps") {
        let signs = connection
            .connect()
            .is_some_and(|(_, connect)| connect.password.as_ref().is_some_and(|text| !text.is_empty()));
        for answer in
            connection.dps_requests().into_iter().filter_map(|request| request.answer).filter(|_| signs)
        {
            // The group's own key signs nothing that DPS accepts: only the derived one does.
            let state = answer.operation.as_ref().and_then(|operation| operation.registration_state.as_ref());
            let group = state
                .and_then(|state| state.symmetric_key.as_ref())
                .and_then(|key| key.get("enrollmentGroupId"));
            match (answer.response.status, group.and_then(Value::as_str)) {
                (401, _) => tally.bad(answer.at, "DPS answers 401: the key is not the derived one"),
                (_, Some(group)) if answer.assignment().is_some() => {
                    tally.good(answer.at, format!("assigned by way of the enrollment group {group}"));
                }
                _ => {}
            }
        }
    }
    tally.finish(
        "DPS took the signature of the derived key",
        "DPS did not take the signature",
        "no device of an enrollment group with a symmetric key registered",
    )
}

#[cfg(test)]
mod tests {
    use super::super::exchange::tests::{assigned, registers};
    use crate::Verdict;
    use crate::testing::{Story, dps_connect};

    #[test]
    fn assignment_by_a_group_passes_and_401_fails() {
        for (status, verdict) in [(200, Verdict::Pass), (401, Verdict::Fail)] {
            let mut story = Story::new();
            let mut connect = dps_connect();
            connect.password = Some(b"SharedAccessSignature".to_vec().into());
            let conn = story.at(1.0).session_with("dps", connect, false);
            registers(&mut story, conn, "1");
            assigned(&mut story, conn, "1", status);
            story.expect("DPS-ATT-02", verdict);
        }
    }

    #[test]
    fn a_device_without_a_key_is_inconclusive() {
        let mut story = Story::new();
        let conn = story.at(1.0).session_with("dps", dps_connect(), false);
        registers(&mut story, conn, "1");
        assigned(&mut story, conn, "1", 200);
        story.expect("DPS-ATT-02", Verdict::Inconclusive);
    }
}
