//! The session's states, and the small types around them.

use std::time::Duration;

use bytes::Bytes;
use nanorig_trace::Time;
use nanorig_wire::mqtt::{Packet, QoS};

use super::keep_alive::KeepAlive;
use super::{Token, Version};
use crate::habits::MqttHabits;

/// What a session is made with.
#[derive(Clone, Debug)]
pub struct SessionSettings {
    /// Version of MQTT.
    pub version: Version,
    /// Most QoS 1 and 2 messages that may wait for their acknowledgements. Default 10, as IoT Hub's gateway allows.
    pub max_in_flight: usize,
    /// The firmware's decisions.
    pub habits: MqttHabits,
}

impl Default for SessionSettings {
    fn default() -> Self {
        Self { version: Version::V311, max_in_flight: 10, habits: MqttHabits::default() }
    }
}

/// A message to publish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// Topic name.
    pub topic: String,
    /// The application's bytes.
    pub payload: Bytes,
    /// Quality of service.
    pub qos: QoS,
    /// Retain flag.
    pub retain: bool,
}

/// The state of a session without its data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateName {
    /// No transport.
    Idle,
    /// CONNACK is awaited.
    Connecting,
    /// Connected.
    Connected,
    /// The transport is to be closed.
    Closing,
}

/// The state with the data that it truly has.
#[derive(Debug)]
pub(super) enum State {
    Idle,
    Connecting { asked: Time, keep_alive: Duration, clean_session: bool },
    Connected { keep_alive: KeepAlive },
    Closing,
}

/// A packet that waits to be sent, with the message that it carries.
#[derive(Debug)]
pub(super) struct Queued {
    pub(super) packet: Packet,
    pub(super) token: Option<Token>,
}
