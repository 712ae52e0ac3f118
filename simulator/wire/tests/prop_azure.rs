//! Properties of the texts of IoT Hub and DPS: nothing panics, and what is written is read back.

use nanorig_wire::hub::{
    BagStyle, DeviceFilter, DevicePublish, HubDelivery, Identity, PropertyBag, Username,
};
use nanorig_wire::mqtt::{check_topic_filter, check_topic_name};
use nanorig_wire::sas::{SasToken, SharedKey};
use nanorig_wire::{dps, percent};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::Value;

/// Ids of the registry that fit topics. A module id with `?` in front would be taken for a query.
const ID: &str = "[a-zA-Z0-9.%_*!(),=@$':-][a-zA-Z0-9.%_*?!(),=@$':-]{0,11}";

fn identity() -> impl Strategy<Value = Identity> {
    (ID, option::of(ID)).prop_map(|(device, module)| Identity { device, module })
}

fn bag() -> impl Strategy<Value = PropertyBag> {
    let name = prop_oneof!["\\$\\.[a-z]{1,5}", ".{1,8}"].prop_filter("a name", |name| !name.is_empty());
    vec((name, option::of(".{0,12}")), 0..5).prop_map(PropertyBag)
}

fn rid() -> impl Strategy<Value = String> {
    "[0-9a-zA-Z-]{1,36}"
}

fn publish() -> impl Strategy<Value = DevicePublish> {
    prop_oneof![
        bag().prop_map(|bag| DevicePublish::Telemetry { bag }),
        rid().prop_map(|rid| DevicePublish::TwinGet { rid }),
        (rid(), option::of(any::<i64>()))
            .prop_map(|(rid, version)| DevicePublish::TwinReport { rid, version }),
        (any::<i32>(), rid()).prop_map(|(status, rid)| DevicePublish::MethodResponse { status, rid }),
    ]
}

fn delivery() -> impl Strategy<Value = HubDelivery> {
    prop_oneof![
        (any::<u16>(), rid(), option::of(any::<i64>()))
            .prop_map(|(status, rid, version)| HubDelivery::TwinResponse { status, rid, version }),
        any::<i64>().prop_map(|version| HubDelivery::Desired { version }),
        ("[a-zA-Z0-9*_.-]{1,20}", rid()).prop_map(|(name, rid)| HubDelivery::Method { name, rid }),
        bag().prop_map(|bag| HubDelivery::C2d { bag }),
    ]
}

/// Any JSON value whose numbers JSON can hold exactly.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i32>().prop_map(|number| Value::from(f64::from(number) / 8.0)),
        ".{0,9}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((".{0,6}", inner), 0..4).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// A member that may be left out. What is there is not null, which reads as left out.
fn member() -> impl Strategy<Value = Option<Value>> {
    option::of(value().prop_filter("not null", |value| !value.is_null()))
}

fn text() -> impl Strategy<Value = Option<String>> {
    option::of(".{0,12}")
}

prop_compose! {
    fn register_body()(registration_id in text(), payload in member(), tpm in member(), csr in text()) -> dps::RegisterBody {
        dps::RegisterBody { registration_id, payload, tpm, csr }
    }
}

fn assignment() -> impl Strategy<Value = dps::AssignmentStatus> {
    use dps::AssignmentStatus::{Assigned, Assigning, Disabled, Failed, Unassigned};
    proptest::sample::select(vec![Unassigned, Assigning, Assigned, Failed, Disabled])
}

prop_compose! {
    fn registration_state()(
        (x509, tpm, symmetric_key, payload) in (member(), member(), member(), member()),
        (registration_id, created_date_time_utc, assigned_hub, device_id) in (text(), text(), text(), text()),
        (substatus, error_message, last_updated_date_time_utc, etag) in (text(), text(), text(), text()),
        status in option::of(assignment()),
        error_code in option::of(any::<u32>()),
    ) -> dps::RegistrationState {
        dps::RegistrationState {
            x509, tpm, symmetric_key, registration_id, created_date_time_utc, assigned_hub, device_id, status,
            substatus, error_code, error_message, last_updated_date_time_utc, etag, payload,
        }
    }
}

prop_compose! {
    fn operation_status()(
        operation_id in ".{0,12}",
        status in assignment(),
        registration_state in option::of(registration_state()),
    ) -> dps::OperationStatus {
        dps::OperationStatus { operation_id, status, registration_state }
    }
}

prop_compose! {
    fn error_body()(
        error_code: u32,
        tracking_id in ".{0,12}",
        message in ".{0,12}",
        info in member(),
        timestamp_utc in ".{0,12}",
    ) -> dps::ErrorBody {
        dps::ErrorBody { error_code, tracking_id, message, info, timestamp_utc, ..dps::ErrorBody::default() }
    }
}

/// A good body of each kind.
fn any_body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        register_body().prop_map(|body| body.to_json()),
        operation_status().prop_map(|body| body.to_json()),
        error_body().prop_map(|body| body.to_json()),
    ]
}

fn read_all(body: &[u8]) {
    let _ = (dps::RegisterBody::from_json(body), dps::OperationStatus::from_json(body));
    let _ = dps::ErrorBody::from_json(body);
}

/// Fragments of real topics in any order, so that parsers get far before they fail.
fn almost_a_topic() -> impl Strategy<Value = String> {
    let fragments = [
        "devices/",
        "dev1/",
        "modules/",
        "mod1/",
        "messages/",
        "events",
        "devicebound",
        "/",
        "$iothub/",
        "twin/",
        "GET/",
        "PATCH/properties/reported/",
        "PATCH/properties/desired/",
        "res/",
        "200/",
        "methods/",
        "POST/",
        "?$rid=1",
        "&$version=2",
        "&",
        "=",
        "%",
        "%24",
        "é",
        "$dps/registrations/",
        "PUT/iotdps-register/",
        "GET/iotdps-get-operationstatus/",
        "&operationId=x",
        "&retry-after=3",
        "api-version=1",
        "?",
        "#",
        "+",
    ];
    vec(proptest::sample::select(fragments.to_vec()), 0..9).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn percent_encoding_is_reversible(text in ".*") {
        let encoded = percent::encode(&text);
        prop_assert!(encoded.is_ascii());
        prop_assert_eq!(percent::decode(&encoded), Ok(text));
    }

    #[test]
    fn bags_are_read_back_in_both_styles(bag in bag()) {
        for style in [BagStyle::Escaped, BagStyle::RawDollar] {
            let text = bag.encode_as(style);
            prop_assert!(!text.contains(['/', '+', '#']));
            prop_assert_eq!(PropertyBag::parse(&text), Ok(bag.clone()));
        }
    }

    #[test]
    fn device_topics_are_read_back(publish in publish(), own in identity()) {
        let topic = publish.format(&own);
        prop_assert_eq!(check_topic_name(&topic), Ok(()));
        prop_assert_eq!(DevicePublish::parse(&topic, &own), Ok(publish));
    }

    #[test]
    fn hub_topics_are_read_back(delivery in delivery(), own in identity()) {
        let topic = delivery.format(&own);
        prop_assert_eq!(check_topic_name(&topic), Ok(()));
        prop_assert_eq!(HubDelivery::parse(&topic, &own), Ok(delivery));
    }

    #[test]
    fn filters_are_read_back(own in identity()) {
        for filter in DeviceFilter::ALL {
            let Some(text) = filter.format(&own) else { continue };
            prop_assert_eq!(check_topic_filter(&text), Ok(()));
            prop_assert_eq!(DeviceFilter::parse(&text, &own), Ok(filter));
        }
    }

    #[test]
    fn hub_user_names_are_read_back(
        own in identity(),
        version in "[0-9]{4}-[0-9]{2}-[0-9]{2}(-preview)?",
        model_id in option::of(".{1,20}"),
        client_type in option::of(".{0,20}"),
        other in option::of(("[a-z]{5,8}", ".{0,9}")),
    ) {
        let mut username = Username::new("contoso.azure-devices.net", own, version);
        (username.model_id, username.client_type) = (model_id, client_type);
        username.other = other.into_iter().collect();
        prop_assert_eq!(Username::parse(&username.to_string()), Ok(username));
    }

    #[test]
    fn dps_texts_are_read_back(
        registration in "[a-zA-Z0-9._:-]{0,20}[a-z0-9-]",
        client_type in option::of(".{0,20}"),
        rid in rid(),
        operation_id in "[0-9a-f.-]{1,40}",
        status in any::<u16>(),
        retry_after in option::of(any::<u32>()),
    ) {
        let mut username = dps::Username::new("0ne000A1B2C", registration, "2019-03-31");
        username.client_type = client_type;
        prop_assert_eq!(dps::Username::parse(&username.to_string()), Ok(username));
        let register = dps::Request::Register { rid: rid.clone() };
        for request in [register, dps::Request::Status { rid: rid.clone(), operation_id }] {
            prop_assert_eq!(dps::Request::parse(&request.to_string()), Ok(request));
        }
        let response = dps::Response { status, rid, retry_after };
        prop_assert_eq!(dps::Response::parse(&response.to_string()), Ok(response));
    }

    #[test]
    fn tokens_are_verified_by_their_key_alone(
        resource in ".{1,30}",
        expiry in 0..i64::MAX,
        key in vec(any::<u8>(), 16..=64),
        policy in option::of("[a-zA-Z &=]{1,9}"),
        flipped in any::<proptest::sample::Index>(),
    ) {
        let own = SharedKey::from_bytes(key.clone()).unwrap();
        let token = SasToken::parse(&SasToken::sign(&resource, expiry, &own, policy.as_deref())).unwrap();
        prop_assert_eq!((token.resource(), token.expiry_secs), (resource.as_str(), expiry));
        prop_assert_eq!(&token.policy, &policy);
        prop_assert!(token.verify(&own));
        let mut other = key;
        let at = flipped.index(other.len());
        other[at] ^= 1;
        prop_assert!(!token.verify(&SharedKey::from_bytes(other).unwrap()));
    }

    #[test]
    fn arbitrary_text_never_panics(text in prop_oneof![".*", almost_a_topic()]) {
        for own in [Identity::device("dev1"), Identity::module("dev1", "mod1")] {
            let _ = DevicePublish::parse(&text, &own);
            let _ = HubDelivery::parse(&text, &own);
            let _ = DeviceFilter::parse(&text, &own);
        }
        let _ = (PropertyBag::parse(&text), percent::decode(&text), text.parse::<Identity>());
        let _ = (Username::parse(&text), dps::Username::parse(&text));
        let _ = (dps::Request::parse(&text), dps::Response::parse(&text));
        let fields = format!("SharedAccessSignature sr={text}&se={text}&sig={text}");
        let _ = (SasToken::parse(&text), SasToken::parse(&fields));
        let _ = SharedKey::from_base64(&text);
    }

    #[test]
    fn bodies_are_read_back(register in register_body(), status in operation_status(), error in error_body()) {
        prop_assert_eq!(dps::RegisterBody::from_json(&register.to_json()).ok(), Some(register));
        prop_assert_eq!(dps::OperationStatus::from_json(&status.to_json()).ok(), Some(status));
        prop_assert_eq!(dps::ErrorBody::from_json(&error.to_json()).ok(), Some(error));
    }

    #[test]
    fn arbitrary_bodies_never_panic(body in vec(any::<u8>(), 0..60)) {
        read_all(&body);
    }

    #[test]
    fn damaged_bodies_never_panic(body in any_body(), at: prop::sample::Index, octet: u8, cut: bool) {
        let mut body = body;
        let at = at.index(body.len());
        body[at] = octet;
        if cut {
            body.truncate(at);
        }
        read_all(&body);
    }
}
