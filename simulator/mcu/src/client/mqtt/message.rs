//! What an MQTT client hears.

use bytes::Bytes;
use nanorig_wire::mqtt::QoS;
use tokio::sync::mpsc;

use super::CloseReason;
use crate::heap::HeapBlock;

/// A received message. It keeps its place on the managed heap until it is dropped.
#[derive(Debug)]
pub struct ReceivedMessage {
    /// Topic name.
    pub topic: String,
    /// The sender's bytes.
    pub payload: Bytes,
    /// Quality of service of this delivery.
    pub qos: QoS,
    /// True when the server had kept the message.
    pub retain: bool,
    /// True when this may be a repetition.
    pub dup: bool,
    pub(super) memory: HeapBlock,
}

impl ReceivedMessage {
    /// Bytes that the message holds on the managed heap.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.memory.bytes()
    }
}

/// Something that an application is told.
#[derive(Debug)]
#[non_exhaustive]
pub enum MqttEvent {
    /// A message came.
    Message(ReceivedMessage),
    /// A message came that is larger than the device takes. It is acknowledged and its payload is lost.
    Oversize {
        /// Its topic name.
        topic: String,
        /// Size of its packet in bytes.
        bytes: usize,
    },
    /// A connection that was established has ended.
    Disconnected {
        /// Why.
        reason: CloseReason,
    },
}

/// The events of one client, in their order. What waits here is bounded by the managed heap.
#[derive(Debug)]
pub struct MqttEvents(pub(super) mpsc::UnboundedReceiver<Box<MqttEvent>>);

impl MqttEvents {
    /// The next event; `None` when the client is gone. Safe to drop and call again.
    pub async fn next(&mut self) -> Option<MqttEvent> {
        self.0.recv().await.map(|event| *event)
    }

    /// The next event if there is one now.
    pub fn try_next(&mut self) -> Option<MqttEvent> {
        self.0.try_recv().ok().map(|event| *event)
    }
}
