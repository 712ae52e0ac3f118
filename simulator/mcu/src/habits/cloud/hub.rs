//! Decisions about IoT Hub: CONNECT, telemetry, cloud-to-device messages.

/// Connecting to IoT Hub, telemetry and cloud-to-device messages.
#[derive(Clone, Debug, PartialEq)]
pub struct HubHabits {
    /// `api-version` in the user name; none leaves it out. Default `2021-04-12`.
    pub api_version: Option<&'static str>,
    /// True to write the device id in capitals in the client id.
    pub wrong_client_id: bool,
    /// True to connect with clean session, whatever is configured.
    pub always_clean_session: bool,
    /// True to write a module's topics as if it were a device.
    pub module_as_device: bool,
    /// True to try port 1883 without TLS when 8883 does not answer.
    pub falls_back_to_plain: bool,
    /// Resource that SAS tokens name.
    pub sas_resource: SasResource,
    /// True to percent-encode with lower-case hexadecimal digits in the text that is signed only.
    pub sas_signs_other_text: bool,
    /// True to keep the expiry of tokens in 32 bits: it wraps in 2038.
    pub sas_expiry_32_bit: bool,
    /// Share of a token's life after which a new one is used; none: never. Default 0.8.
    pub renew_at: Option<f64>,
    /// True to connect again with the token that has expired.
    pub reuses_expired_token: bool,
    /// True to try the secondary key when the primary is refused.
    pub uses_secondary_key: bool,
    /// Where telemetry is published.
    pub telemetry_topic: TelemetryTopic,
    /// How names and values of properties are written in a topic.
    pub bag: BagEncoding,
    /// Content type, encoding and flags of telemetry.
    pub message: MessageForm,
    /// QoS of telemetry instead of the configured one.
    pub telemetry_qos: Option<u8>,
    /// Largest message in bytes, body and properties (IoT Hub: 262,144); none: no limit.
    pub max_message: Option<usize>,
    /// What happens to messages while there is no connection.
    pub queue: DropPolicy,
    /// Cloud-to-device messages.
    pub c2d: C2dHabits,
    /// True to tell the application only that something is wrong, not what.
    pub hides_reasons: bool,
}

impl Default for HubHabits {
    fn default() -> Self {
        Self {
            api_version: Some("2021-04-12"),
            wrong_client_id: false,
            always_clean_session: false,
            module_as_device: false,
            falls_back_to_plain: false,
            sas_resource: SasResource::Exact,
            sas_signs_other_text: false,
            sas_expiry_32_bit: false,
            renew_at: Some(0.8),
            reuses_expired_token: false,
            uses_secondary_key: true,
            telemetry_topic: TelemetryTopic::Exact,
            bag: BagEncoding::Percent,
            message: MessageForm::Exact,
            telemetry_qos: None,
            max_message: Some(262_144),
            queue: DropPolicy::Oldest,
            c2d: C2dHabits::default(),
            hides_reasons: false,
        }
    }
}

/// Resource that SAS tokens name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SasResource {
    /// `{host}/devices/{id}`, with `/modules/{id}` for a module.
    #[default]
    Exact,
    /// `{host}/{id}`: a segment is missing.
    WithoutDevices,
    /// The id in capitals.
    WrongCase,
}

/// Where telemetry is published.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TelemetryTopic {
    /// `devices/{id}/messages/events/`.
    #[default]
    Exact,
    /// `Devices/{id}/messages/events/`.
    WrongCase,
}

/// How names and values of properties are written in a topic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BagEncoding {
    /// Percent-encoded.
    #[default]
    Percent,
    /// As they are.
    Raw,
    /// Percent-encoded, but a space becomes `+`, which no topic name may hold.
    SpaceAsPlus,
}

/// Content type, encoding and flags of telemetry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MessageForm {
    /// `$.ct` and `$.ce` with a JSON body, retain off.
    #[default]
    Exact,
    /// No content type, no encoding.
    WithoutContentType,
    /// Retain flag set.
    Retained,
}

/// What happens to messages that cannot be sent at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DropPolicy {
    /// They wait in a bounded queue; when it is full the oldest is dropped.
    #[default]
    Oldest,
    /// They wait in a bounded queue; when it is full the newest is refused.
    Newest,
    /// They wait in a bounded queue and leave it last in, first out.
    LastInFirstOut,
    /// They wait in a queue without bounds.
    Unbounded,
    /// They are dropped.
    All,
}

/// Cloud-to-device messages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct C2dHabits {
    /// True not to subscribe.
    pub not_subscribed: bool,
    /// How a property without `=` is told from one with an empty value.
    pub null: NullProperty,
    /// True to decode `+` as a space and cut before decoding, as the application expects forms.
    pub decodes_before_cutting: bool,
    /// True to hand redelivered messages to the application again.
    pub keeps_duplicates: bool,
}

/// How a property without `=` is told from one with an empty value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NullProperty {
    /// Null and empty are two things.
    #[default]
    Null,
    /// Null becomes empty.
    Empty,
}
