//! The conventions of IoT Plug and Play as data.

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::Message;

/// Status of a writable property (`ac`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PropertyStatus {
    /// 200: the value is in force.
    Completed,
    /// 202: the value will be in force.
    InProgress,
    /// 203: the device's own initial value.
    InitialValue,
    /// 400: the value was refused.
    BadRequest,
    /// 404: there is no such property.
    NotFound,
    /// 500: the device failed.
    DeviceError,
}

impl PropertyStatus {
    /// The number on the wire.
    #[must_use]
    pub const fn code(self) -> i32 {
        match self {
            Self::Completed => 200,
            Self::InProgress => 202,
            Self::InitialValue => 203,
            Self::BadRequest => 400,
            Self::NotFound => 404,
            Self::DeviceError => 500,
        }
    }
}

/// The acknowledgement of a writable property.
#[derive(Clone, Debug, PartialEq)]
pub struct PropertyAcknowledge {
    /// `$version` of the desired section that is acknowledged (`av`); 0 for an initial value.
    pub version: i64,
    /// What became of the value (`ac`).
    pub status: PropertyStatus,
    /// For people (`ad`).
    pub description: Option<String>,
    /// The value that is in force.
    pub value: Value,
}

impl PropertyAcknowledge {
    /// `{"value": .., "ac": .., "av": .., "ad": ..}`.
    #[must_use]
    pub fn build_acknowledge(&self) -> Value {
        let mut members = Map::new();
        members.insert("value".into(), self.value.clone());
        members.insert("ac".into(), self.status.code().into());
        members.insert("av".into(), self.version.into());
        if let Some(description) = &self.description {
            members.insert("ad".into(), description.clone().into());
        }
        members.into()
    }
}

/// Shapes of IoT Plug and Play.
#[derive(Clone, Copy, Debug)]
pub struct PnpConvention;

impl PnpConvention {
    /// Content type of telemetry.
    pub const CONTENT_TYPE: &'static str = "application/json";
    /// Content encoding of telemetry.
    pub const CONTENT_ENCODING: &'static str = "utf-8";
    /// The member that marks a component, and its value.
    pub const COMPONENT_MARKER: (&'static str, &'static str) = ("__t", "c");

    /// The payload of a registration at DPS.
    #[must_use]
    pub fn create_dps_payload(model_id: &str) -> Value {
        json!({ "modelId": model_id })
    }

    /// A telemetry message, of a component or of the device itself.
    #[must_use]
    pub fn create_message(telemetry: &Value, component: Option<&str>) -> Message {
        let mut message = Message::new(Bytes::from(telemetry.to_string()));
        message.content_type = Some(Self::CONTENT_TYPE.into());
        message.content_encoding = Some(Self::CONTENT_ENCODING.into());
        message.component = component.map(str::to_owned);
        message
    }

    /// A reported patch of properties, of a component or of the device itself.
    #[must_use]
    pub fn create_property_patch(properties: Map<String, Value>, component: Option<&str>) -> Value {
        match component {
            None => properties.into(),
            Some(component) => {
                let (marker, value) = Self::COMPONENT_MARKER;
                let mut members = Map::from_iter([(marker.to_owned(), value.into())]);
                members.extend(properties);
                json!({ component: members })
            }
        }
    }

    /// A reported patch that acknowledges a writable property.
    #[must_use]
    pub fn create_writable_property_response(
        name: &str,
        acknowledge: &PropertyAcknowledge,
        component: Option<&str>,
    ) -> Value {
        let properties = Map::from_iter([(name.to_owned(), acknowledge.build_acknowledge())]);
        Self::create_property_patch(properties, component)
    }

    /// The method name of a command: `component*command`, or `command` of the device itself.
    #[must_use]
    pub fn create_command_name(component: Option<&str>, command: &str) -> String {
        component.map_or_else(|| command.to_owned(), |component| format!("{component}*{command}"))
    }

    /// True when a member of a twin section is a component.
    #[must_use]
    pub fn is_component(value: &Value) -> bool {
        let (marker, wanted) = Self::COMPONENT_MARKER;
        value.get(marker).and_then(Value::as_str) == Some(wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acknowledgements_of_the_documentation() {
        let acknowledge = PropertyAcknowledge {
            version: 3,
            status: PropertyStatus::Completed,
            description: Some("ok".into()),
            value: json!(21),
        };
        assert_eq!(
            PnpConvention::create_writable_property_response("targetTemperature", &acknowledge, None),
            json!({ "targetTemperature": { "value": 21, "ac": 200, "av": 3, "ad": "ok" } })
        );
        assert_eq!(
            PnpConvention::create_writable_property_response("t", &acknowledge, Some("thermostat1")),
            json!({ "thermostat1": { "__t": "c", "t": { "value": 21, "ac": 200, "av": 3, "ad": "ok" } } })
        );
    }

    #[test]
    fn components_are_known_by_their_marker() {
        assert!(PnpConvention::is_component(&json!({ "__t": "c", "a": 1 })));
        assert!(!PnpConvention::is_component(&json!({ "a": 1 })));
        assert!(!PnpConvention::is_component(&json!(7)));
        assert_eq!(PnpConvention::create_command_name(Some("t1"), "reboot"), "t1*reboot");
    }
}
