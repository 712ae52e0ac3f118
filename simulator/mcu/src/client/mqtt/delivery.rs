//! The fate of a published message.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::sync::oneshot;

use super::MqttError;

/// Ends when a message was acknowledged (QoS 1 and 2) or handed to the network (QoS 0), or will not be.
/// Dropping it changes nothing for the message.
#[derive(Debug)]
#[must_use = "without it nobody knows whether the message arrived"]
pub struct Delivery(pub(super) oneshot::Receiver<Result<(), MqttError>>);

impl Future for Delivery {
    type Output = Result<(), MqttError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        // A sender that is gone went with the client's power.
        Pin::new(&mut self.0).poll(context).map(|result| result.unwrap_or(Err(MqttError::NotConnected)))
    }
}
