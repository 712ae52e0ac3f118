//! What the application is told.

use tokio::sync::mpsc;

use super::{ClientStatus, CloudMessage, TwinCollection};
use crate::client::mqtt::QoS;

/// Something that the application is told.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum HubEvent {
    /// The connection's status has changed.
    Status(ClientStatus),
    /// Desired properties were applied.
    Desired {
        /// `$version` of the desired section.
        version: i64,
        /// The whole section, or the patch.
        properties: TwinCollection,
        /// True for the whole section.
        is_full: bool,
    },
    /// A cloud-to-device message came.
    CloudToDevice(CloudMessage),
    /// The hub refused a subscription.
    SubscriptionRefused {
        /// The filter.
        filter: String,
    },
    /// The hub granted less than was asked for.
    SubscriptionLowered {
        /// The filter.
        filter: String,
        /// What was granted.
        granted: QoS,
    },
    /// A message was larger than the device's memory and is lost.
    MessageTooLarge {
        /// Its topic.
        topic: String,
        /// Size of its packet.
        bytes: usize,
    },
}

/// The events of one client, in their order.
#[derive(Debug)]
pub struct HubEvents(pub(super) mpsc::UnboundedReceiver<HubEvent>);

impl HubEvents {
    /// The next event; `None` when the client is gone. Safe to drop and call again.
    pub async fn next(&mut self) -> Option<HubEvent> {
        self.0.recv().await
    }
}
