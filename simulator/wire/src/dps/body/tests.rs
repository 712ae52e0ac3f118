use serde_json::json;

use super::*;

#[test]
fn register_bodies_of_clients() {
    let text = br#"{"registrationId":"reg1","payload":{"modelId":"dtmi:com:example:Thermostat;1"}}"#;
    let body = RegisterBody::from_json(text).unwrap();
    assert_eq!(body.registration_id.as_deref(), Some("reg1"));
    assert_eq!(body.model_id(), Some("dtmi:com:example:Thermostat;1"));
    assert_eq!(body.to_json(), text);
    // Some clients leave the id out, repeat null members or add their own.
    let body = RegisterBody::from_json(br#"{"payload":null,"more":[1]}"#).unwrap();
    assert_eq!(body, RegisterBody::default());
    assert_eq!(body.to_json(), b"{}");
}

#[test]
fn what_is_no_register_body_is_refused() {
    for text in [&b""[..], b" ", b"[]x", b"\"reg1\"", br#"{"registrationId":7}"#, b"{", b"\xff"] {
        let error = RegisterBody::from_json(text).unwrap_err();
        assert_eq!(error.to_string(), "body is not a valid register body");
    }
}

#[test]
fn assigning_has_operation_id_and_status_and_no_more() {
    let text =
        br#"{"operationId":"4.d0a671905ea5b2c8.42d78160-4c78-479e-8be7-61d5e55dac0d","status":"assigning"}"#;
    let status = OperationStatus::from_json(text).unwrap();
    assert_eq!(status.status, AssignmentStatus::Assigning);
    assert_eq!(status.registration_state, None);
    assert_eq!(status.to_json(), text);
    // azure-sdk-for-c needs both members in every answer that is no error.
    assert!(OperationStatus::from_json(br#"{"status":"assigning"}"#).is_err());
    assert!(OperationStatus::from_json(br#"{"operationId":"1"}"#).is_err());
}

#[test]
fn assigned_is_written_in_the_services_order() {
    let text = concat!(
        r#"{"operationId":"1","status":"assigned","registrationState":{"x509":{},"registrationId":"reg1","#,
        r#""createdDateTimeUtc":"2024-05-01T10:00:00.0000000Z","assignedHub":"contoso.azure-devices.net","#,
        r#""deviceId":"reg1","status":"assigned","substatus":"initialAssignment","#,
        r#""lastUpdatedDateTimeUtc":"2024-05-01T10:00:01.0000000Z","etag":"IjAwMDA4","payload":{}}}"#
    );
    let status = OperationStatus::from_json(text.as_bytes()).unwrap();
    let state = status.registration_state.clone().unwrap();
    assert_eq!(state.assigned_hub.as_deref(), Some("contoso.azure-devices.net"));
    assert_eq!((state.x509, state.payload), (Some(json!({})), Some(json!({}))));
    assert_eq!(String::from_utf8(status.to_json()).unwrap(), text);
}

#[test]
fn failed_carries_the_error_inside() {
    let text = br#"{"operationId":"1","status":"failed","registrationState":{"registrationId":"reg1","status":"failed","errorCode":400207,"errorMessage":"Custom allocation failed with status code: 400"}}"#;
    let status = OperationStatus::from_json(text).unwrap();
    assert_eq!(status.registration_state.as_ref().and_then(|state| state.error_code), Some(400_207));
    assert_eq!(status.to_json(), text);
}

#[test]
fn status_words_are_the_services() {
    let names = ["unassigned", "assigning", "assigned", "failed", "disabled"];
    for name in names {
        let status: AssignmentStatus = serde_json::from_value(json!(name)).unwrap();
        assert_eq!(status.name(), name);
    }
    assert!(serde_json::from_value::<AssignmentStatus>(json!("Assigned")).is_err());
}
