//! The application's handle to IoT Hub.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use nanorig_trace::event::DeviceEvent;
use nanorig_wire::hub::Identity;
use serde_json::{Map, Value};
use tokio::sync::{Notify, mpsc, watch};

use super::c2d::Recent;
use super::login::Target;
use super::manager::Manager;
use super::properties::Properties;
use super::queue::Queue;
use super::twin::TwinState;
use super::{
    ClientStatus, CloudMessage, ConnectionStatus, DeviceClientOptions, HubError, Message, MethodHandler,
    MethodRequest, MethodResponse, PnpConvention, TelemetryDelivery, Twin, TwinCollection, WritableProperty,
};
use crate::Mcu;
use crate::client::mqtt::{MqttClient, MqttEvents, MqttOptions, QoS};

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
pub struct HubEvents(mpsc::UnboundedReceiver<HubEvent>);

impl HubEvents {
    /// The next event; `None` when the client is gone. Safe to drop and call again.
    pub async fn next(&mut self) -> Option<HubEvent> {
        self.0.recv().await
    }
}

/// A client of IoT Hub; a cheap handle. With the reference habits it keeps its connection by itself from
/// [`open`](Self::open) to [`close`](Self::close).
#[derive(Clone)]
pub struct DeviceClient {
    inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) mcu: Mcu,
    pub(super) options: DeviceClientOptions,
    pub(super) mqtt: MqttClient,
    pub(super) telemetry_work: Notify,
    pub(super) twin_work: Notify,
    target: Mutex<Option<Target>>,
    telemetry: Mutex<Queue>,
    twin: Mutex<TwinState>,
    properties: Mutex<Properties>,
    methods: Mutex<BTreeMap<String, MethodHandler>>,
    recent_c2d: Mutex<Recent>,
    listeners: Mutex<Vec<mpsc::UnboundedSender<HubEvent>>>,
    /// Events of the MQTT client; the manager holds the lock for as long as it runs.
    pub(super) mqtt_events: tokio::sync::Mutex<MqttEvents>,
    /// The filters were asked for once, so that the MQTT client knows them.
    subscribed: Mutex<bool>,
    status: watch::Sender<ClientStatus>,
    attempts: watch::Sender<Attempts>,
    stop: watch::Sender<bool>,
    running: watch::Sender<bool>,
    /// Counts connections, so that an answer finds out that its call's is gone.
    connection: AtomicU64,
    serving: AtomicU64,
}

/// The attempts to connect so far, and how the last one ended.
#[derive(Clone, Debug, Default)]
struct Attempts {
    last: Option<Result<(), HubError>>,
}

impl DeviceClient {
    /// A client without a connection.
    #[must_use]
    pub fn new(mcu: &Mcu, options: DeviceClientOptions) -> Self {
        let (mqtt, events) = MqttClient::new(mcu, &MqttOptions::default());
        let target = options.host.clone().map(|host| Target { host, identity: options.identity.clone() });
        let inner = Inner {
            mcu: mcu.clone(),
            mqtt,
            telemetry_work: Notify::new(),
            twin_work: Notify::new(),
            target: Mutex::new(target),
            telemetry: Mutex::new(Queue::new(options.queue)),
            twin: Mutex::default(),
            properties: Mutex::new(Properties::new(options.accepts_any_property)),
            methods: Mutex::default(),
            recent_c2d: Mutex::default(),
            listeners: Mutex::default(),
            mqtt_events: tokio::sync::Mutex::new(events),
            subscribed: Mutex::new(false),
            status: watch::channel(ClientStatus::default()).0,
            attempts: watch::channel(Attempts::default()).0,
            stop: watch::channel(false).0,
            running: watch::channel(false).0,
            connection: AtomicU64::new(0),
            serving: AtomicU64::new(0),
            options,
        };
        Self { inner: Arc::new(inner) }
    }

    /// Starts the client and waits for the outcome of its first attempt, subscriptions included. After a
    /// failure the client goes on by itself, if that is its habit.
    ///
    /// # Errors
    /// The first attempt failed.
    pub async fn open(&self) -> Result<(), HubError> {
        let inner = &self.inner;
        if self.is_connected() {
            return Ok(());
        }
        let mut attempts = inner.attempts.subscribe();
        attempts.mark_unchanged();
        inner.stop.send_replace(false);
        if !inner.running.send_replace(true) {
            inner.mcu.spawn(Manager::new(inner).run());
        }
        match attempts.changed().await {
            Ok(()) => attempts.borrow_and_update().last.clone().unwrap_or(Err(HubError::Closed)),
            Err(_) => Err(HubError::Closed),
        }
    }

    /// Starts the client and waits until it is connected, however many attempts that takes.
    ///
    /// # Errors
    /// The client gave up, or was closed.
    pub async fn open_until_connected(&self) -> Result<(), HubError> {
        let mut result = self.open().await;
        while result.is_err() && *self.inner.running.borrow() {
            let mut attempts = self.inner.attempts.subscribe();
            attempts.mark_unchanged();
            if self.is_connected() {
                return Ok(());
            }
            if attempts.changed().await.is_ok()
                && let Some(last) = attempts.borrow_and_update().last.clone()
            {
                result = last;
            }
        }
        result
    }

    /// Leaves in order and stops the client. Messages that wait stay for the next [`open`](Self::open).
    pub async fn close(&self) {
        self.inner.stop.send_replace(true);
        let mut running = self.inner.running.subscribe();
        // The sender is in `inner`, which `self` holds.
        let _ = running.wait_for(|running| !running).await;
    }

    /// True when the hub has accepted the connection and its subscriptions.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.status().status == ConnectionStatus::Connected
    }

    /// How the connection is.
    #[must_use]
    pub fn status(&self) -> ClientStatus {
        *self.inner.status.borrow()
    }

    /// Who the device is at its hub, and the hub's host name, once both are known.
    #[must_use]
    pub fn assigned(&self) -> Option<(String, Identity)> {
        self.inner.target().map(|target| (target.host, target.identity))
    }

    /// Events from now on. What is not taken from it keeps its memory.
    #[must_use]
    pub fn events(&self) -> HubEvents {
        let (sender, receiver) = mpsc::unbounded_channel();
        lock(&self.inner.listeners).push(sender);
        HubEvents(receiver)
    }

    /// Sends a message and waits until the hub has confirmed it (QoS 1) or the network has it (QoS 0).
    ///
    /// # Errors
    /// The message is too large or malformed, was dropped from the full queue, or there is no memory.
    pub async fn send_message(&self, message: Message) -> Result<(), HubError> {
        self.inner.enqueue(message)?.await
    }

    /// Takes a message for sending. Without a connection it waits in the bounded queue.
    ///
    /// # Errors
    /// The message is too large or malformed, or there is no memory.
    pub fn enqueue_message(&self, message: Message) -> Result<TelemetryDelivery, HubError> {
        self.inner.enqueue(message)
    }

    /// Messages that wait in the queue.
    #[must_use]
    pub fn queued_messages(&self) -> usize {
        self.inner.telemetry().len()
    }

    /// Reads the twin.
    ///
    /// # Errors
    /// There is no connection, or the hub does not answer, or with an error.
    pub async fn get_twin(&self) -> Result<Twin, HubError> {
        self.inner.fetch_twin().await
    }

    /// Reports properties; without a connection, after the next one. Returns the new version.
    ///
    /// # Errors
    /// The hub refuses the patch.
    pub async fn update_reported_properties(&self, patch: Map<String, Value>) -> Result<i64, HubError> {
        let answer = self.inner.report(patch);
        answer.await.unwrap_or(Err(HubError::Closed))
    }

    /// `$version` of the desired properties that were applied last.
    #[must_use]
    pub fn desired_version(&self) -> Option<i64> {
        self.inner.twin().desired.applied()
    }

    /// Adds a writable property: its desired values are applied and acknowledged by themselves.
    pub fn add_writable_property(&self, property: WritableProperty) {
        self.inner.properties().add(property);
    }

    /// The value in force of a writable property.
    #[must_use]
    pub fn property_value(&self, component: Option<&str>, name: &str) -> Option<Value> {
        self.inner.properties().value(component, name)
    }

    /// Adds or replaces the handler of a direct method.
    pub fn add_method<F, R>(&self, name: impl Into<String>, handler: F)
    where
        F: Fn(MethodRequest) -> R + Send + Sync + 'static,
        R: Future<Output = MethodResponse> + Send + 'static,
    {
        let handler: MethodHandler = Arc::new(move |request| Box::pin(handler(request)));
        lock(&self.inner.methods).insert(name.into(), handler);
    }

    /// Adds or replaces the handler of a command, of a component or of the device itself.
    pub fn add_command<F, R>(&self, component: Option<&str>, command: &str, handler: F)
    where
        F: Fn(MethodRequest) -> R + Send + Sync + 'static,
        R: Future<Output = MethodResponse> + Send + 'static,
    {
        self.add_method(PnpConvention::create_command_name(component, command), handler);
    }

    /// Removes the handler of a direct method.
    pub fn remove_method(&self, name: &str) {
        lock(&self.inner.methods).remove(name);
    }
}

impl std::fmt::Debug for DeviceClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DeviceClient").field("status", &self.status()).finish_non_exhaustive()
    }
}

/// No code panics while it holds one of these locks, so that a poisoned state is still whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Inner {
    pub(super) fn telemetry(&self) -> MutexGuard<'_, Queue> {
        lock(&self.telemetry)
    }

    pub(super) fn twin(&self) -> MutexGuard<'_, TwinState> {
        lock(&self.twin)
    }

    pub(super) fn properties(&self) -> MutexGuard<'_, Properties> {
        lock(&self.properties)
    }

    pub(super) fn recent_c2d(&self) -> MutexGuard<'_, Recent> {
        lock(&self.recent_c2d)
    }

    pub(super) fn subscribed(&self) -> MutexGuard<'_, bool> {
        lock(&self.subscribed)
    }

    pub(super) fn method(&self, name: &str) -> Option<MethodHandler> {
        lock(&self.methods).get(name).cloned()
    }

    pub(super) fn target(&self) -> Option<Target> {
        lock(&self.target).clone()
    }

    /// Who the device is.
    pub(super) fn identity(&self) -> Identity {
        lock(&self.target).as_ref().map_or_else(|| self.options.identity.clone(), |target| target.identity.clone())
    }

    /// The device belongs to `target` now. When that is news, nothing of the old hub counts any more: its
    /// session, its twin; messages that it did not confirm go to the new one.
    pub(super) fn move_to(&self, target: Target) {
        let old = lock(&self.target).replace(target.clone());
        if old.is_some_and(|old| old != target) {
            self.mqtt.forget();
            *self.subscribed() = false;
            self.twin().forget(self.mcu.habits().cloud.twin.keeps_version_over_move);
        }
    }

    /// Tells the application.
    pub(super) fn tell(&self, event: HubEvent) {
        lock(&self.listeners).retain(|listener| listener.send(event.clone()).is_ok());
    }

    pub(super) fn set_status(&self, status: ConnectionStatus, reason: &'static str) {
        let hides = self.mcu.habits().cloud.hub.hides_reasons && status != ConnectionStatus::Connected;
        let status = ClientStatus { status, reason: if hides { "network" } else { reason } };
        self.status.send_replace(status);
        self.mcu.record(DeviceEvent::Status {
            client: "hub".into(),
            status: status.status.to_string(),
            reason: status.reason.into(),
        });
        self.tell(HubEvent::Status(status));
    }

    pub(super) fn attempt_ended(&self, result: Result<(), HubError>) {
        self.attempts.send_replace(Attempts { last: Some(result) });
    }

    /// The connection is over, or was not made.
    pub(super) fn connection_ended(&self) {
        self.connection.fetch_add(1, Ordering::Relaxed);
        self.twin().disconnected();
    }

    /// Names the present connection.
    pub(super) fn connection(&self) -> u64 {
        self.connection.load(Ordering::Relaxed)
    }

    pub(super) fn serving(&self) -> u64 {
        self.serving.load(Ordering::Relaxed)
    }

    pub(super) fn begin_serving(&self) {
        self.serving.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn end_serving(&self) {
        self.serving.fetch_sub(1, Ordering::Relaxed);
    }

    pub(super) fn is_stopped(&self) -> bool {
        *self.stop.borrow()
    }

    pub(super) async fn until_stopped(&self) {
        let mut stop = self.stop.subscribe();
        // The sender is in `self`.
        let _ = stop.wait_for(|stop| *stop).await;
    }

    pub(super) async fn until_connected(&self) {
        let mut status = self.status.subscribe();
        // The sender is in `self`.
        let _ = status.wait_for(|status| status.status == ConnectionStatus::Connected).await;
    }

    /// The manager is gone: by its own will, or with the device's power.
    pub(super) fn manager_ended(&self) {
        if self.status.borrow().status == ConnectionStatus::Connected {
            self.status.send_replace(ClientStatus { status: ConnectionStatus::Disconnected, reason: "network" });
        }
        self.running.send_replace(false);
        self.attempts.send_if_modified(|attempts| {
            attempts.last = Some(Err(HubError::Closed));
            true
        });
    }
}
