use super::*;
use crate::hub::{BagError, QueryError, SystemProperty};

fn dev1() -> Identity {
    Identity::device("dev1")
}

fn parse(topic: &str) -> Result<DevicePublish, TopicError> {
    DevicePublish::parse(topic, &dev1())
}

fn bag(topic: &str) -> PropertyBag {
    match parse(topic).unwrap() {
        DevicePublish::Telemetry { bag } => bag,
        other => panic!("{other:?}"),
    }
}

#[test]
fn telemetry_with_and_without_slash_and_bag() {
    for topic in
        ["devices/dev1/messages/events", "devices/dev1/messages/events/", "devices/dev1/messages/events//"]
    {
        assert!(bag(topic).is_empty(), "{topic}");
    }
    for topic in ["devices/dev1/messages/events/a=1&b", "devices/dev1/messages/events/a=1&b/"] {
        assert_eq!(bag(topic).value("a"), Some("1"), "{topic}");
    }
    assert_eq!(
        DevicePublish::Telemetry { bag: PropertyBag::new() }.format(&dev1()),
        "devices/dev1/messages/events/"
    );
}

#[test]
fn telemetry_of_nanoframework() {
    let topic =
        "devices/dev1/messages/events/$.ct=application%2Fjson&$.ce=utf-8&name=(a*b)!&$.sub=thermostat1";
    let bag = bag(topic);
    assert_eq!(bag.system(SystemProperty::ContentType), Some("application/json"));
    assert_eq!(bag.system(SystemProperty::ComponentName), Some("thermostat1"));
    assert_eq!(bag.application().collect::<Vec<_>>(), [("name", Some("(a*b)!"))]);
    let again = DevicePublish::Telemetry { bag }.format(&dev1());
    assert_eq!(again, topic.replace("(a*b)!", "%28a%2Ab%29%21"));
}

#[test]
fn module_telemetry_is_the_modules_own() {
    let module = Identity::module("dev1", "mod1");
    let topic = "devices/dev1/modules/mod1/messages/events/%24.on=out1/";
    let DevicePublish::Telemetry { bag } = DevicePublish::parse(topic, &module).unwrap() else { panic!() };
    assert_eq!(bag.system(SystemProperty::OutputName), Some("out1"));
    for (topic, found) in [
        ("devices/dev1/messages/events/", "dev1"),
        ("devices/dev1/modules/mod2/messages/events/", "dev1/mod2"),
    ] {
        let error = DevicePublish::parse(topic, &module).unwrap_err();
        assert_eq!(error.to_string(), format!("topic belongs to {found} and the connection to dev1/mod1"));
    }
}

#[test]
fn twin_requests() {
    let rid = "8d3c2b1a-0000-4000-8000-000000000001".to_owned();
    assert_eq!(
        parse(&format!("$iothub/twin/GET/?$rid={rid}")),
        Ok(DevicePublish::TwinGet { rid: rid.clone() })
    );
    let topic = format!("$iothub/twin/PATCH/properties/reported/?$rid={rid}");
    let report = DevicePublish::TwinReport { rid, version: None };
    assert_eq!(parse(&topic), Ok(report.clone()));
    assert_eq!(report.format(&dev1()), topic);
    let topic = "$iothub/twin/PATCH/properties/reported/?$rid=7&$version=12";
    let report = DevicePublish::TwinReport { rid: "7".to_owned(), version: Some(12) };
    assert_eq!(parse(topic), Ok(report.clone()));
    assert_eq!(report.format(&dev1()), topic);
}

#[test]
fn method_responses_may_have_any_status() {
    for status in [0, 200, 504, -1, i32::MAX] {
        let topic = format!("$iothub/methods/res/{status}/?$rid=1F");
        let response = DevicePublish::MethodResponse { status, rid: "1F".to_owned() };
        assert_eq!(parse(&topic), Ok(response.clone()));
        assert_eq!(response.format(&dev1()), topic);
    }
    let error = parse("$iothub/methods/res/2147483648/?$rid=1").unwrap_err();
    assert_eq!(error, TopicError::Status { found: "2147483648".to_owned() });
    assert_eq!(
        parse("$iothub/methods/res//?$rid=1").unwrap_err(),
        TopicError::Status { found: String::new() }
    );
}

#[test]
fn a_request_without_request_id_is_refused() {
    let source = |topic: &str| match parse(topic).unwrap_err() {
        TopicError::Query { source, .. } => source,
        other => panic!("{other:?}"),
    };
    assert_eq!(source("$iothub/twin/GET/?$rid="), QueryError::Missing { key: "$rid" });
    assert_eq!(source("$iothub/twin/GET/?rid=1"), QueryError::Missing { key: "$rid" });
    assert_eq!(source("$iothub/twin/GET/$rid=1"), QueryError::NoQuestionMark);
    assert_eq!(source("$iothub/twin/GET/"), QueryError::NoQuestionMark);
    assert_eq!(source("$iothub/twin/GET/?$rid"), QueryError::NoEqualsSign { pair: "$rid".to_owned() });
    assert_eq!(source("$iothub/twin/GET/?$rid=1&$rid=2"), QueryError::Duplicate { key: "$rid".to_owned() });
    assert_eq!(
        source("$iothub/twin/PATCH/properties/reported/?$rid=1&$version=x"),
        QueryError::NotANumber { key: "$version", found: "x".to_owned() }
    );
}

#[test]
fn case_errors_are_told_apart() {
    let error = parse("devices/Dev1/messages/events/").unwrap_err();
    assert_eq!(
        error.to_string(),
        "topic \"devices/Dev1/messages/events/\" differs from \"devices/dev1/messages/events\" in case"
    );
    assert!(matches!(parse("Devices/dev1/messages/events/"), Err(TopicError::WrongCase { .. })));
    assert!(matches!(parse("$iothub/twin/get/?$rid=1"), Err(TopicError::WrongCase { .. })));
    assert!(matches!(parse("devices/dev1/messages/Events/"), Err(TopicError::WrongCase { .. })));
}

#[test]
fn other_topics_do_not_exist() {
    let unknown = [
        "",
        "telemetry",
        "devices/dev1/messages",
        "devices/dev1/messages/eventsx",
        "devices/dev1/messages/devicebound/",
        "$iothub/twin/PUT/?$rid=1",
        "$iothub/twin/res/200/?$rid=1",
        "$iothub/methods/res/200",
        "$dps/registrations/PUT/iotdps-register/?$rid=1",
    ];
    for topic in unknown {
        assert_eq!(parse(topic), Err(TopicError::Unknown { topic: topic.to_owned() }));
    }
    let error = parse("devices/dev2/messages/events/").unwrap_err();
    assert_eq!(error, TopicError::ForeignIdentity { found: Identity::device("dev2"), own: dev1() });
    let error = parse("devices/dev1/messages/events/a=1/b=2").unwrap_err();
    assert_eq!(error, TopicError::Bag(BagError::Slash { at: 3 }));
}
