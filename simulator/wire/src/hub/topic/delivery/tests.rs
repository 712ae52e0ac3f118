use super::*;
use crate::hub::{QueryError, SystemProperty};

fn dev1() -> Identity {
    Identity::device("dev1")
}

fn round_trip(delivery: &HubDelivery, topic: &str) {
    assert_eq!(delivery.format(&dev1()), topic);
    assert_eq!(HubDelivery::parse(topic, &dev1()).as_ref(), Ok(delivery));
}

#[test]
fn twin_responses_name_status_then_rid_then_version() {
    // Clients know answers by the text in front of "?", so the layout is exact.
    let get = HubDelivery::TwinResponse { status: 200, rid: "1".to_owned(), version: None };
    round_trip(&get, "$iothub/twin/res/200/?$rid=1");
    let patch = HubDelivery::TwinResponse { status: 204, rid: "a-b".to_owned(), version: Some(13) };
    round_trip(&patch, "$iothub/twin/res/204/?$rid=a-b&$version=13");
    round_trip(&HubDelivery::Desired { version: 8 }, "$iothub/twin/PATCH/properties/desired/?$version=8");
}

#[test]
fn the_query_of_twin_and_method_is_the_fifth_segment() {
    // The C SDK reads topics by the position of their segments.
    let twin = HubDelivery::TwinResponse { status: 200, rid: "1".to_owned(), version: None };
    let method = HubDelivery::Method { name: "reboot".to_owned(), rid: "1".to_owned() };
    for delivery in [twin, method] {
        assert_eq!(delivery.format(&dev1()).split('/').nth(4), Some("?$rid=1"));
    }
}

#[test]
fn a_method_topic_ends_with_its_hexadecimal_rid() {
    // nanoFramework parses all that follows the first "=" as a hexadecimal number.
    let method = HubDelivery::Method { name: "getMaxMinReport".to_owned(), rid: "1f".to_owned() };
    round_trip(&method, "$iothub/methods/POST/getMaxMinReport/?$rid=1f");
    let topic = method.format(&dev1());
    let (_, rid) = topic.split_once('=').unwrap();
    assert_eq!(i32::from_str_radix(rid, 16), Ok(31));
}

#[test]
fn c2d_keeps_the_slash_and_escapes_everything() {
    let empty = HubDelivery::C2d { bag: PropertyBag::new() };
    round_trip(&empty, "devices/dev1/messages/devicebound/");
    let mut bag = PropertyBag::new();
    bag.push_system(SystemProperty::MessageId, "7f0c");
    bag.push_system(SystemProperty::To, "/devices/dev1/messages/devicebound");
    bag.push_system(SystemProperty::ContentType, "application/json");
    bag.push_system(SystemProperty::Ack, "full");
    bag.push("prop1", "a b&c=d+#");
    let topic = "devices/dev1/messages/devicebound/%24.mid=7f0c&%24.to=%2Fdevices%2Fdev1%2Fmessages%2Fdevicebound\
                 &%24.ct=application%2Fjson&iothub-ack=full&prop1=a%20b%26c%3Dd%2B%23";
    round_trip(&HubDelivery::C2d { bag }, topic);
    assert_eq!(topic.split('/').count(), 5, "the bag is one segment");
}

#[test]
fn c2d_is_for_its_addressee() {
    assert_eq!(
        HubDelivery::parse("devices/dev1/messages/devicebound", &dev1()),
        Ok(HubDelivery::C2d { bag: PropertyBag::new() })
    );
    let error = HubDelivery::parse("devices/dev2/messages/devicebound/", &dev1()).unwrap_err();
    assert_eq!(error, TopicError::ForeignIdentity { found: Identity::device("dev2"), own: dev1() });
    for topic in
        ["devices/dev1/messages/deviceboundx", "$iothub/methods/POST//?$rid=1", "$iothub/methods/POST/x", "a"]
    {
        assert_eq!(HubDelivery::parse(topic, &dev1()), Err(TopicError::Unknown { topic: topic.to_owned() }));
    }
}

#[test]
fn malformed_deliveries_are_rejected() {
    let source = |topic: &str| match HubDelivery::parse(topic, &dev1()).unwrap_err() {
        TopicError::Query { source, .. } => source,
        other => panic!("{other:?}"),
    };
    assert_eq!(source("$iothub/twin/res/200/$rid=1"), QueryError::NoQuestionMark);
    assert_eq!(
        source("$iothub/twin/PATCH/properties/desired/?$rid=1"),
        QueryError::Missing { key: "$version" }
    );
    assert!(matches!(
        HubDelivery::parse("$iothub/twin/res/65536/?$rid=1", &dev1()),
        Err(TopicError::Status { .. })
    ));
    assert!(HubDelivery::parse("$iothub/twin/res/65535/?$rid=1", &dev1()).is_ok());
}

#[test]
fn request_ids_of_methods_compare_as_hexadecimal_numbers() {
    assert!(is_same_rid("a", "A"));
    assert!(is_same_rid("0a", "A"));
    assert!(is_same_rid("0", "00"));
    assert!(is_same_rid("1f", "1f"));
    assert!(is_same_rid("8d3c-x", "8D3C-X"));
    assert!(!is_same_rid("10", "16"));
    assert!(!is_same_rid("1", "10"));
    assert!(!is_same_rid("0x-1", "x-1"));
}
