//! One connection's life: subscriptions, inbound messages, and what works beside them.

use std::sync::Arc;
use std::time::Duration;

use nanorig_trace::Time;
use nanorig_trace::event::DeviceEvent;
use nanorig_wire::hub::{DeviceFilter, HubDelivery};
use nanorig_wire::mqtt::{QoS, SubAckCode};

use super::HubEvent;
use super::inner::Inner;
use super::status::ConnectionStatus;
use crate::client::mqtt::{CloseReason, MqttEvent, MqttEvents, ReceivedMessage};
use crate::habits::TwinRead;

/// Why a connection's life is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The token is to be renewed.
    Renewal,
    /// The connection is gone.
    Gone(CloseReason),
}

impl Inner {
    /// Lives one connection, until it ends or its token is to be renewed.
    pub(super) async fn live(
        self: &Arc<Self>,
        events: &mut MqttEvents,
        session_present: bool,
        renew: Option<Time>,
    ) -> End {
        let begin_and_work = async {
            self.begin(session_present).await;
            tokio::select! {
                biased;
                () = self.twin_worker() => {}
                () = self.pump() => {}
            }
        };
        let renewal = async {
            match renew {
                Some(at) => self.mcu.clock().sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            reason = self.dispatch(events) => End::Gone(reason),
            () = begin_and_work => End::Gone(CloseReason::Lost),
            () = renewal => End::Renewal,
        }
    }

    /// What every connection begins with: subscriptions, then the twin.
    async fn begin(&self, session_present: bool) {
        let habits = &self.mcu.habits().cloud;
        let read = match habits.twin.read {
            TwinRead::EveryConnection => true,
            TwinRead::FirstConnection => !self.twin().was_read(),
            TwinRead::OnDemand => false,
        };
        if habits.twin.asks_before_subscribing && read {
            // Its answer goes nowhere; the request is made again below.
            let _ = tokio::time::timeout(Duration::from_secs(2), self.fetch_twin()).await;
        }
        let complete = self.subscribe(session_present).await;
        let reason = if complete { "ok" } else { "protocol" };
        self.set_status(ConnectionStatus::Connected, reason);
        self.attempt_ended(Ok(()));
        self.twin().connected(read);
    }

    /// Subscribes to what the server does not have. False when it refused something.
    async fn subscribe(&self, session_present: bool) -> bool {
        let known = self.mqtt.missing_subscriptions(session_present);
        let first = std::mem::replace(&mut *self.subscribed(), true);
        let filters = if first { known } else { self.filters() };
        if filters.is_empty() {
            return true;
        }
        match self.mqtt.subscribe(filters.clone()).await {
            Ok(codes) => {
                let mut complete = true;
                for ((filter, asked), code) in filters.into_iter().zip(codes) {
                    match code {
                        SubAckCode::Failure => {
                            complete = false;
                            let client = "hub".into();
                            self.mcu
                                .record(DeviceEvent::SubscriptionRefused { client, filter: filter.clone() });
                            self.tell(HubEvent::SubscriptionRefused { filter });
                        }
                        SubAckCode::Granted(granted) if granted < asked => {
                            self.tell(HubEvent::SubscriptionLowered { filter, granted });
                        }
                        SubAckCode::Granted(_) => {}
                    }
                }
                complete
            }
            // The connection has ended; its end is on the way.
            Err(_) => std::future::pending().await,
        }
    }

    /// One packet with every filter that the device needs; the hub allows five.
    fn filters(&self) -> Vec<(String, QoS)> {
        let habits = &self.mcu.habits().cloud;
        let identity = self.identity();
        let wanted = [
            (DeviceFilter::C2d, !habits.hub.c2d.not_subscribed && identity.module.is_none()),
            (DeviceFilter::TwinResponses, true),
            (DeviceFilter::Desired, true),
            (DeviceFilter::Methods, !habits.methods.not_subscribed),
        ];
        let text = |(filter, wanted): (DeviceFilter, bool)| filter.format(&identity).filter(|_| wanted);
        wanted.into_iter().filter_map(text).map(|filter| (filter, QoS::AtLeastOnce)).collect()
    }

    async fn dispatch(self: &Arc<Self>, events: &mut MqttEvents) -> CloseReason {
        loop {
            match events.next().await {
                Some(event) => {
                    if let Some(reason) = self.handle_event(event) {
                        return reason;
                    }
                }
                None => return CloseReason::Lost,
            }
        }
    }

    /// Handles what had come before a connection ended.
    pub(super) fn drain(self: &Arc<Self>, events: &mut MqttEvents) {
        while let Some(event) = events.try_next() {
            self.handle_event(event);
        }
    }

    /// Returns why the connection has ended, if it has.
    fn handle_event(self: &Arc<Self>, event: MqttEvent) -> Option<CloseReason> {
        match event {
            MqttEvent::Message(message) => self.handle_message(message),
            MqttEvent::Oversize { topic, bytes } => self.handle_oversize(&topic, bytes),
            MqttEvent::Disconnected { reason } => return Some(reason),
        }
        None
    }

    fn handle_message(self: &Arc<Self>, message: ReceivedMessage) {
        // A topic that nobody knows was acknowledged below; there is nothing else to do about it.
        let Ok(delivery) = HubDelivery::parse(&message.topic, &self.identity()) else { return };
        match delivery {
            HubDelivery::TwinResponse { status, rid, version } => {
                self.handle_twin_answer(message, status, &rid, version);
            }
            HubDelivery::Desired { version } => self.handle_desired(&message, version),
            HubDelivery::Method { name, rid } => self.handle_method(message, name, rid),
            HubDelivery::C2d { bag } => self.handle_c2d(message, bag),
        }
    }

    fn handle_oversize(&self, topic: &str, bytes: usize) {
        match HubDelivery::parse(topic, &self.identity()) {
            Ok(HubDelivery::TwinResponse { rid, .. }) => self.refuse_twin_answer(&rid, bytes),
            Ok(HubDelivery::Method { name, rid }) => self.refuse_method(&name, &rid),
            Ok(HubDelivery::Desired { .. } | HubDelivery::C2d { .. }) | Err(_) => {
                self.tell(HubEvent::MessageTooLarge { topic: topic.to_owned(), bytes });
            }
        }
    }
}
