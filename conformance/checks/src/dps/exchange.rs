//! Registrations over all connections to DPS, as several checks see them.

use crate::View;
use crate::view::{At, DpsAnswer};

/// A request to DPS with what matters of its answer.
pub(super) struct Asked {
    /// When DPS received it.
    pub(super) at: At,
    /// True for a registration, false for a poll.
    pub(super) is_register: bool,
    /// The answer.
    pub(super) answer: Option<DpsAnswer>,
}

/// All requests to DPS in order.
pub(super) fn requests(view: &View<'_>) -> Vec<Asked> {
    let all = view.connections_to("dps").flat_map(|connection| {
        let requests = connection.dps_requests().into_iter();
        requests.map(|request| Asked {
            at: request.at,
            is_register: request.is_register(),
            answer: request.answer,
        })
    });
    all.collect()
}

#[cfg(test)]
pub(super) mod tests {
    use nanorig_trace::event::ConnId;
    use serde_json::json;

    use crate::testing::Story;

    pub(in crate::dps) fn registers(story: &mut Story, conn: ConnId, rid: &str) {
        let topic = format!("$dps/registrations/PUT/iotdps-register/?$rid={rid}");
        story.publishes(conn, &topic, r#"{"registrationId":"nano-01"}"#, Some(1));
    }

    pub(in crate::dps) fn polls(story: &mut Story, conn: ConnId, rid: &str, operation: &str) {
        let topic =
            format!("$dps/registrations/GET/iotdps-get-operationstatus/?$rid={rid}&operationId={operation}");
        story.publishes(conn, &topic, "", Some(2));
    }

    /// The answer; with 200 the device is `pump-7` of contoso.
    pub(in crate::dps) fn assigned(story: &mut Story, conn: ConnId, rid: &str, status: u16) {
        assigned_to(story, conn, rid, status, "contoso.azure-devices.net", "pump-7");
    }

    pub(in crate::dps) fn assigned_to(
        story: &mut Story,
        conn: ConnId,
        rid: &str,
        status: u16,
        hub: &str,
        device: &str,
    ) {
        let state = json!({ "assignedHub": hub, "deviceId": device, "status": "assigned",
            "symmetricKey": { "enrollmentGroupId": "line-4" } });
        let body = json!({ "operationId": "4.op", "status": "assigned", "registrationState": state });
        let error = json!({ "errorCode": u32::from(status) * 1000 + 2, "trackingId": "t", "message": "m", "timestampUtc": "x" });
        let body = if status < 300 { body } else { error };
        story.delivers(
            conn,
            &format!("$dps/registrations/res/{status}/?$rid={rid}"),
            &body.to_string(),
            None,
        );
    }

    /// 202 with the operation `4.op`.
    pub(in crate::dps) fn assigning(story: &mut Story, conn: ConnId, rid: &str, retry_after: Option<u32>) {
        let wait = retry_after.map_or(String::new(), |secs| format!("&retry-after={secs}"));
        let body = r#"{"operationId":"4.op","status":"assigning"}"#;
        story.delivers(conn, &format!("$dps/registrations/res/202/?$rid={rid}{wait}"), body, None);
    }

    /// 429.
    pub(in crate::dps) fn busy(story: &mut Story, conn: ConnId, rid: &str, retry_after: Option<u32>) {
        let wait = retry_after.map_or(String::new(), |secs| format!("&retry-after={secs}"));
        let body = r#"{"errorCode":429001,"trackingId":"t","message":"m","timestampUtc":"x"}"#;
        story.delivers(conn, &format!("$dps/registrations/res/429/?$rid={rid}{wait}"), body, None);
    }

    pub(in crate::dps) fn disabled(story: &mut Story, conn: ConnId, rid: &str) {
        let body = r#"{"operationId":"4.op","status":"disabled"}"#;
        story.delivers(conn, &format!("$dps/registrations/res/200/?$rid={rid}"), body, None);
    }
}
