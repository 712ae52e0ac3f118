use super::*;
use crate::hub::PropertyBag;
use crate::mqtt::TopicFilter;

fn dev1() -> Identity {
    Identity::device("dev1")
}

fn mod1() -> Identity {
    Identity::module("dev1", "mod1")
}

#[test]
fn filters_of_a_device() {
    let table = [
        ("devices/dev1/messages/devicebound/#", DeviceFilter::C2d),
        ("devices/+/messages/devicebound/#", DeviceFilter::C2dAnyDevice),
        ("$iothub/twin/res/#", DeviceFilter::TwinResponses),
        ("$iothub/twin/PATCH/properties/desired/#", DeviceFilter::Desired),
        ("$iothub/twin/#", DeviceFilter::TwinAll),
        ("$iothub/methods/POST/#", DeviceFilter::Methods),
    ];
    for (text, filter) in table {
        assert_eq!(DeviceFilter::parse(text, &dev1()), Ok(filter));
        assert_eq!(filter.format(&dev1()).as_deref(), Some(text));
    }
}

#[test]
fn filters_of_a_module() {
    let table = [
        ("devices/dev1/modules/mod1/messages/devicebound/#", DeviceFilter::C2d),
        ("devices/dev1/mod1/messages/devicebound/#", DeviceFilter::C2dNanoModule),
        ("devices/dev1/modules/mod1/inputs/#", DeviceFilter::ModuleInputs),
        ("devices/dev1/modules/mod1/#", DeviceFilter::ModuleAll),
    ];
    for (text, filter) in table {
        assert_eq!(DeviceFilter::parse(text, &mod1()), Ok(filter));
        assert!(DeviceFilter::parse(text, &dev1()).is_err(), "{text}");
    }
    assert_eq!(DeviceFilter::ModuleAll.format(&dev1()), None);
}

#[test]
fn other_filters_are_refused_with_a_reason() {
    let foreign = DeviceFilter::parse("devices/dev2/messages/devicebound/#", &dev1()).unwrap_err();
    assert_eq!(foreign.to_string(), "topic belongs to dev2 and the connection to dev1");
    let case = DeviceFilter::parse("devices/DEV1/messages/devicebound/#", &dev1()).unwrap_err();
    assert!(matches!(case, TopicError::WrongCase { .. }), "{case:?}");
    for filter in [
        "#",
        "+/#",
        "$iothub/#",
        "devices/dev1/#",
        "devices/dev1/messages/devicebound/",
        "$iothub/twin/res/+",
        "$iothub/credentials/res/#",
    ] {
        let error = DeviceFilter::parse(filter, &dev1()).unwrap_err();
        assert_eq!(error, TopicError::Unknown { topic: filter.to_owned() });
    }
}

#[test]
fn covers_agrees_with_mqtt_matching() {
    let deliveries = [
        HubDelivery::TwinResponse { status: 200, rid: "1".to_owned(), version: None },
        HubDelivery::Desired { version: 1 },
        HubDelivery::Method { name: "m".to_owned(), rid: "1".to_owned() },
        HubDelivery::C2d { bag: PropertyBag::new() },
    ];
    for own in [dev1(), mod1()] {
        for filter in DeviceFilter::ALL {
            let Some(text) = filter.format(&own) else { continue };
            // "+" stands for the own device id only, and not for a module's.
            if filter == DeviceFilter::C2dAnyDevice && own.module.is_some() {
                continue;
            }
            let matcher = TopicFilter::new(text).unwrap();
            for delivery in &deliveries {
                assert_eq!(
                    filter.covers(delivery),
                    matcher.matches(&delivery.format(&own)),
                    "{filter:?} {delivery:?}"
                );
            }
        }
    }
}
