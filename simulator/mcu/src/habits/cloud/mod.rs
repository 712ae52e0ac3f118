//! What the firmware does towards IoT Hub, DPS and MQTT brokers: one field for each decision
//! that real firmware gets wrong. Plain data; the clients read it and nothing here acts.
//!
//! `Default` is the reference persona, which keeps every rule. A quirk sets one field.

mod dps;
mod hub;
mod mqtt;
mod reconnect;
mod twin;

pub use dps::{AssignedUse, DpsHabits, GroupKeyUse, OperationIdUse};
pub use hub::{
    BagEncoding, C2dHabits, DropPolicy, HubHabits, MessageForm, NullProperty, SasResource, TelemetryTopic,
};
pub use mqtt::{
    AckOrder, Acknowledge, Completion, ConnectForm, DisconnectForm, KeepAliveUse, Malformed, MqttHabits,
    PacketIds, Qos2Receive, Qos2Resume, ReadUse, Resend, Resubscribe, SubscribeForm, WillForm,
};
pub use reconnect::{Growth, Jitter, LeakHabits, ReconnectHabits, UnauthorizedUse};
pub use twin::{
    AckForm, Catalogue, MethodHabits, MethodRid, PatchOrder, PnpHabits, ReportForm, RidMatch, TwinHabits,
    TwinRead, TwinStatusUse,
};

/// Every decision of the cloud clients.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CloudHabits {
    /// The MQTT client under everything else.
    pub mqtt: MqttHabits,
    /// When and how to connect again.
    pub reconnect: ReconnectHabits,
    /// Connecting to IoT Hub, telemetry and cloud-to-device messages.
    pub hub: HubHabits,
    /// The device twin.
    pub twin: TwinHabits,
    /// Direct methods.
    pub methods: MethodHabits,
    /// IoT Plug and Play.
    pub pnp: PnpHabits,
    /// The Device Provisioning Service.
    pub dps: DpsHabits,
    /// What is lost on the way.
    pub leaks: LeakHabits,
}
