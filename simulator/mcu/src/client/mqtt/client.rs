//! An MQTT client over the device's sockets and heap.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use nanorig_trace::event::DeviceEvent;
use nanorig_wire::mqtt::{QoS, SubAckCode};
use tokio::sync::{Notify, mpsc, oneshot};

use super::driver::Driver;
use super::message::MqttEvents;
use super::session::{CloseReason, ConnectOptions, Outgoing, Session, SessionSettings, StateName, Version};
use super::shared::{Core, OnDone, Shared, Waiter};
use super::{Delivery, MqttError};
use crate::Mcu;
use crate::client::{Dialer, Endpoint, Transport};
use crate::heap::{HeapBlock, OutOfMemory};

/// What a client is made with.
#[derive(Clone, Debug, Default)]
pub struct MqttOptions {
    /// Version of MQTT.
    pub version: Version,
    /// Most QoS 1 and 2 messages that may wait for their acknowledgements; none: 10.
    pub max_in_flight: Option<usize>,
    /// True to record status and messages under the name `mqtt`; off for the client inside another one.
    pub records: bool,
}

/// An MQTT client; a cheap handle. Its session outlives connections: with CleanSession 0 unacknowledged
/// messages are sent again after the next connect.
#[derive(Clone)]
pub struct MqttClient {
    pub(super) shared: Arc<Shared>,
}

impl MqttClient {
    /// A client without a connection, and its events.
    #[must_use]
    pub fn new(mcu: &Mcu, options: &MqttOptions) -> (Self, MqttEvents) {
        let defaults = SessionSettings::default();
        let settings = SessionSettings {
            version: options.version,
            max_in_flight: options.max_in_flight.unwrap_or(defaults.max_in_flight),
            habits: mcu.habits().cloud.mqtt.clone(),
        };
        let (sender, receiver) = mpsc::unbounded_channel();
        let core = Core {
            session: Session::new(settings),
            waiters: BTreeMap::new(),
            memory: BTreeMap::new(),
            connecting: None,
            events: sender,
            established: false,
            generation: 0,
            leaked: Vec::new(),
            leaked_memory: Vec::new(),
        };
        let shared = Shared {
            mcu: mcu.clone(),
            records: options.records,
            core: Mutex::new(core),
            wake: Notify::new(),
            room: Notify::new(),
        };
        (Self { shared: Arc::new(shared) }, MqttEvents(receiver))
    }

    /// Connects to a server. Returns whether it resumed a stored session.
    ///
    /// # Errors
    /// The options have no layout as CONNECT, or the server cannot be reached, is not trusted, refuses, or does
    /// not answer in time.
    pub async fn connect(&self, endpoint: &Endpoint, options: &ConnectOptions) -> Result<bool, MqttError> {
        if self.shared.core().session.state() != StateName::Idle {
            return Err(MqttError::AlreadyConnected);
        }
        match self.dial(endpoint, options).await {
            Ok(transport) => self.open(transport, options).await,
            Err(error) => {
                self.shared.record_status("Failed", error.kind());
                Err(error)
            }
        }
    }

    /// What could not be asked for is not worth a connection.
    async fn dial(
        &self,
        endpoint: &Endpoint,
        options: &ConnectOptions,
    ) -> Result<Box<dyn Transport>, MqttError> {
        self.shared.core().session.check(options)?;
        Ok(Dialer::new(&self.shared.mcu).dial(endpoint).await?)
    }

    /// Connects over a transport that is open already. Dropping the future closes it.
    ///
    /// # Errors
    /// The options have no layout as CONNECT, or the server refuses or does not answer in time.
    pub async fn open(
        &self,
        transport: Box<dyn Transport>,
        options: &ConnectOptions,
    ) -> Result<bool, MqttError> {
        let (sender, receiver) = oneshot::channel();
        let generation = {
            let mut core = self.shared.core();
            if core.session.state() != StateName::Idle {
                return Err(MqttError::AlreadyConnected);
            }
            let options = self.with_client_id_habit(options);
            core.session.connect(self.shared.mcu.now(), &options)?;
            core.generation += 1;
            core.connecting = Some(sender);
            core.generation
        };
        let guard = OpenGuard { shared: &self.shared, generation, done: false };
        self.shared.mcu.spawn(Driver::new(Arc::clone(&self.shared), transport, generation).run());
        let result = receiver.await.unwrap_or(Err(MqttError::NotConnected));
        guard.disarm();
        result
    }

    /// Publishes a message.
    ///
    /// # Errors
    /// The message was not taken: no connection, no memory, too many unacknowledged ones, bad topic.
    pub fn publish(&self, message: Outgoing) -> Result<Delivery, MqttError> {
        let memory = self.message_memory(&message.topic, message.payload.len())?;
        let (sender, receiver) = oneshot::channel();
        // Nobody may be waiting any more.
        let done: OnDone = Box::new(|result, _memory| drop(sender.send(result)));
        self.publish_with(message, memory, done).map_err(|(error, _memory)| error)?;
        Ok(Delivery(receiver))
    }

    /// Publishes a message, waiting for room in the window.
    ///
    /// # Errors
    /// As [`publish`](Self::publish), but never for too many unacknowledged messages.
    pub async fn publish_when_room(&self, message: Outgoing) -> Result<Delivery, MqttError> {
        loop {
            let room = self.shared.room.notified();
            match self.publish(message.clone()) {
                Err(MqttError::WindowFull { .. }) => room.await,
                other => return other,
            }
        }
    }

    /// Reserves the memory that a message takes until it is delivered.
    ///
    /// # Errors
    /// The managed heap is full.
    pub fn message_memory(&self, topic: &str, payload_bytes: usize) -> Result<HeapBlock, OutOfMemory> {
        self.shared.mcu.managed().alloc(topic.len() + payload_bytes, "mqtt-message")
    }

    /// Publishes a message whose memory is reserved already; gives it back when the message is not taken.
    pub(crate) fn publish_with(
        &self,
        message: Outgoing,
        memory: HeapBlock,
        done: OnDone,
    ) -> Result<(), (MqttError, HeapBlock)> {
        let mut core = self.shared.core();
        match core.session.publish(message) {
            Ok(token) => {
                core.waiters.insert(token, Waiter::Publish(done));
                core.memory.insert(token, memory);
                let leak = self.shared.mcu.habits().cloud.leaks.per_message;
                if leak > 0
                    && let Ok(block) = self.shared.mcu.managed().alloc(leak, "mqtt-leak")
                {
                    core.leaked_memory.push(block);
                }
                drop(core);
                self.shared.wake.notify_one();
                Ok(())
            }
            Err(error) => Err((error.into(), memory)),
        }
    }

    /// Asks for subscriptions. Returns a code for each filter: what was granted, or the refusal.
    ///
    /// # Errors
    /// There is no connection, it ended before the answer, or a filter is not valid.
    pub async fn subscribe(&self, filters: Vec<(String, QoS)>) -> Result<Vec<SubAckCode>, MqttError> {
        let (sender, receiver) = oneshot::channel();
        {
            let mut core = self.shared.core();
            let token = core.session.subscribe(filters.clone())?;
            core.waiters.insert(token, Waiter::Subscribe(sender));
        }
        self.shared.wake.notify_one();
        let codes = receiver.await.unwrap_or(Err(MqttError::NotConnected))?;
        for ((filter, _), code) in filters.into_iter().zip(&codes) {
            if *code == SubAckCode::Failure && self.shared.records {
                let client = "mqtt".into();
                self.shared.mcu.record(DeviceEvent::SubscriptionRefused { client, filter });
            }
        }
        Ok(codes)
    }

    /// Subscriptions asked for earlier that the server does not have, given its `session_present`.
    #[must_use]
    pub fn missing_subscriptions(&self, session_present: bool) -> Vec<(String, QoS)> {
        self.shared.core().session.missing_subscriptions(session_present)
    }

    /// Ends subscriptions.
    ///
    /// # Errors
    /// There is no connection, it ended before the answer, or a filter is not valid.
    pub async fn unsubscribe(&self, filters: Vec<String>) -> Result<(), MqttError> {
        let (sender, receiver) = oneshot::channel();
        {
            let mut core = self.shared.core();
            let token = core.session.unsubscribe(filters)?;
            core.waiters.insert(token, Waiter::Unsubscribe(sender));
        }
        self.shared.wake.notify_one();
        receiver.await.unwrap_or(Err(MqttError::NotConnected))
    }

    /// Leaves in order: queued packets, DISCONNECT, then the transport is closed. Ends when it is.
    pub async fn close(&self) {
        self.close_soon();
        loop {
            let changed = self.shared.room.notified();
            tokio::pin!(changed);
            // Registered before the look, so that no change is missed between the two.
            changed.as_mut().enable();
            if self.shared.core().session.state() == StateName::Idle {
                return;
            }
            changed.await;
        }
    }

    /// As [`close`](Self::close), without waiting for the end.
    pub fn close_soon(&self) {
        self.shared.core().session.disconnect();
        self.shared.settle();
        self.shared.wake.notify_one();
    }

    /// Forgets the session's messages and subscriptions, for another server's sake.
    pub fn forget(&self) {
        self.shared.core().session.forget();
        self.shared.settle();
    }

    /// True when the server has accepted the connection and it has not ended.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.shared.core().session.state() == StateName::Connected
    }

    /// Most QoS 1 and 2 messages that may wait for their acknowledgements.
    #[must_use]
    pub fn window(&self) -> usize {
        self.shared.core().session.window()
    }

    /// Messages that wait for their acknowledgements.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.shared.core().session.in_flight()
    }

    fn with_client_id_habit(&self, options: &ConnectOptions) -> ConnectOptions {
        let mut options = options.clone();
        if self.shared.mcu.habits().cloud.mqtt.random_client_id {
            // One for each boot.
            let suffix = self.shared.mcu.boot_state::<BootSuffix>();
            let suffix = *suffix.0.get_or_init(|| self.shared.mcu.rng().u64());
            options.client_id = format!("{}-{suffix:08x}", options.client_id);
        }
        options
    }
}

/// What a quirk appends to the client id until the next boot.
#[derive(Default)]
struct BootSuffix(std::sync::OnceLock<u64>);

impl std::fmt::Debug for MqttClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MqttClient")
            .field("state", &self.shared.core().session.state())
            .finish_non_exhaustive()
    }
}

/// Closes the connection when nobody waits for it any more.
struct OpenGuard<'a> {
    shared: &'a Arc<Shared>,
    generation: u64,
    done: bool,
}

impl OpenGuard<'_> {
    fn disarm(mut self) {
        self.done = true;
    }
}

impl Drop for OpenGuard<'_> {
    fn drop(&mut self) {
        if !self.done {
            let mut core = self.shared.core();
            if core.generation == self.generation {
                core.session.close(CloseReason::Requested);
            }
            drop(core);
            self.shared.settle();
            self.shared.wake.notify_one();
        }
    }
}
