//! The application's handle to IoT Hub.

use std::future::Future;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};

use nanorig_trace::watch;
use nanorig_wire::hub::Identity;
use serde_json::{Map, Value};
use tokio::sync::{Notify, mpsc};

use super::inner::{Attempts, Inner, lock};
use super::login::Target;
use super::manager::Manager;
use super::properties::Properties;
use super::queue::Queue;
use super::{
    ClientStatus, ConnectionStatus, DeviceClientOptions, HubError, HubEvents, Message, MethodHandler,
    MethodRequest, MethodResponse, PnpConvention, TelemetryDelivery, Twin, WritableProperty,
};
use crate::Mcu;
use crate::client::mqtt::{MqttClient, MqttOptions};

/// A client of IoT Hub; a cheap handle. With the reference habits it keeps its connection by itself from
/// [`open`](Self::open) to [`close`](Self::close).
///
/// ```no_run
/// use nanorig_mcu::Mcu;
/// use nanorig_mcu::client::hub::{DeviceClient, DeviceClientOptions, HubError, Message, MethodResponse};
///
/// async fn application(mcu: &Mcu, options: DeviceClientOptions) -> Result<(), HubError> {
///     let client = DeviceClient::new(mcu, options);
///     client.add_method("echo", |call| async move { MethodResponse::ok(call.payload) });
///     client.open().await?;
///     client.send_message(Message::new(r#"{"temperature":21.5}"#)).await?;
///     client.close().await;
///     Ok(())
/// }
/// ```
#[derive(Clone)]
pub struct DeviceClient {
    inner: Arc<Inner>,
}

impl DeviceClient {
    /// A client without a connection.
    #[must_use]
    pub fn new(mcu: &Mcu, options: DeviceClientOptions) -> Self {
        let (mqtt, events) = MqttClient::new(mcu, &MqttOptions::default());
        let target = options.host.clone().map(|host| Target { host, identity: options.identity.clone() });
        let window = mqtt.window();
        let inner = Inner {
            mcu: mcu.clone(),
            mqtt,
            telemetry_work: Notify::new(),
            twin_work: Notify::new(),
            target: Mutex::new(target),
            telemetry: Mutex::new(Queue::new(options.queue, window)),
            twin: Mutex::default(),
            properties: Mutex::new(Properties::new(options.accepts_any_property)),
            methods: Mutex::default(),
            recent_c2d: Mutex::default(),
            recent_calls: Mutex::default(),
            listeners: Mutex::default(),
            mqtt_events: tokio::sync::Mutex::new(events),
            subscribed: Mutex::new(false),
            status: watch::channel(ClientStatus::default()).0,
            attempts: watch::channel(Attempts::default()).0,
            stops: watch::channel(0).0,
            running: watch::channel(None).0,
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
    /// The first attempt failed, or the client was closed meanwhile.
    pub async fn open(&self) -> Result<(), HubError> {
        let inner = &self.inner;
        let run = *inner.stops.borrow();
        inner.until_next(run).await;
        if inner.is_stopped(run) {
            return Err(HubError::Closed);
        }
        let is_running = inner.running.borrow().is_some();
        if is_running && self.is_connected() {
            return Ok(());
        }
        let mut attempts = inner.attempts.subscribe();
        attempts.mark_unchanged();
        if !is_running {
            inner.running.send_replace(Some(run));
            inner.mcu.spawn(Manager::new(inner, run).run());
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
        while result.is_err() && self.inner.running.borrow().is_some() {
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
        self.inner.stops.send_modify(|stops| *stops += 1);
        let next = *self.inner.stops.borrow();
        self.inner.until_next(next).await;
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
