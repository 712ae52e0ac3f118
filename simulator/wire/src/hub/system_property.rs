//! Names of system properties, in a topic and at the Event Hub end.

/// A message property that the hub knows, with its name in a topic and at the Event Hub-compatible endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the table below says it all")]
pub enum SystemProperty {
    MessageId,
    CorrelationId,
    UserId,
    To,
    ContentType,
    ContentEncoding,
    ExpiryTime,
    OutputName,
    ComponentName,
    InterfaceId,
    CreationTime,
    MessageSchema,
    ConnectionDeviceId,
    ConnectionModuleId,
    DiagnosticId,
    DiagnosticContext,
    TraceState,
    Ack,
}

/// Property, name in a topic, name at the Event Hub end.
const TABLE: [(SystemProperty, &str, &str); 18] = [
    (SystemProperty::MessageId, "$.mid", "message-id"),
    (SystemProperty::CorrelationId, "$.cid", "correlation-id"),
    (SystemProperty::UserId, "$.uid", "user-id"),
    (SystemProperty::To, "$.to", "to"),
    (SystemProperty::ContentType, "$.ct", "content-type"),
    (SystemProperty::ContentEncoding, "$.ce", "content-encoding"),
    (SystemProperty::ExpiryTime, "$.exp", "absolute-expiry-time"),
    (SystemProperty::OutputName, "$.on", "iothub-outputname"),
    (SystemProperty::ComponentName, "$.sub", "dt-subject"),
    (SystemProperty::InterfaceId, "$.ifid", "iothub-interface-id"),
    (SystemProperty::CreationTime, "$.ctime", "iothub-creation-time-utc"),
    (SystemProperty::MessageSchema, "$.schema", "iothub-message-schema"),
    (SystemProperty::ConnectionDeviceId, "$.cdid", "iothub-connection-device-id"),
    (SystemProperty::ConnectionModuleId, "$.cmid", "iothub-connection-module-id"),
    (SystemProperty::DiagnosticId, "$.diagid", "iothub-diag-id"),
    (SystemProperty::DiagnosticContext, "$.diagctx", "iothub-diag-context"),
    (SystemProperty::TraceState, "$.tracestate", "iothub-trace-state"),
    (SystemProperty::Ack, "iothub-ack", "iothub-ack"),
];

impl SystemProperty {
    /// All properties.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|(property, ..)| *property)
    }

    /// Name in a topic, not encoded: `$.mid`.
    #[must_use]
    pub fn wire_name(self) -> &'static str {
        self.row().1
    }

    /// Name at the Event Hub-compatible endpoint and in AMQP: `message-id`.
    #[must_use]
    pub fn event_hub_name(self) -> &'static str {
        self.row().2
    }

    /// The property of a decoded name in a topic.
    #[must_use]
    pub fn from_wire(name: &str) -> Option<Self> {
        TABLE.iter().find(|(_, wire, _)| *wire == name).map(|(property, ..)| *property)
    }

    fn row(self) -> &'static (Self, &'static str, &'static str) {
        TABLE.iter().find(|(property, ..)| *property == self).expect("the table has a row for each property")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_property_has_its_own_names() {
        for property in SystemProperty::all() {
            assert_eq!(SystemProperty::from_wire(property.wire_name()), Some(property));
            assert_eq!(
                SystemProperty::all().filter(|p| p.event_hub_name() == property.event_hub_name()).count(),
                1
            );
        }
        assert_eq!(SystemProperty::MessageId.event_hub_name(), "message-id");
        assert_eq!(SystemProperty::ComponentName.wire_name(), "$.sub");
        assert_eq!(SystemProperty::from_wire("%24.mid"), None);
        assert_eq!(SystemProperty::from_wire("$.MID"), None);
    }
}
