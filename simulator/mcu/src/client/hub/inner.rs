//! What the handle, the manager and the features share.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use nanorig_trace::event::DeviceEvent;
use nanorig_trace::watch;
use nanorig_wire::hub::Identity;
use tokio::sync::{Notify, mpsc};

use super::c2d::Recent;
use super::login::Target;
use super::properties::Properties;
use super::queue::Queue;
use super::twin::TwinState;
use super::{ClientStatus, ConnectionStatus, DeviceClientOptions, HubError, HubEvent, MethodHandler};
use crate::Mcu;
use crate::client::mqtt::{MqttClient, MqttEvents};

pub(super) struct Inner {
    pub(super) mcu: Mcu,
    pub(super) options: DeviceClientOptions,
    pub(super) mqtt: MqttClient,
    pub(super) telemetry_work: Notify,
    pub(super) twin_work: Notify,
    pub(super) target: Mutex<Option<Target>>,
    pub(super) telemetry: Mutex<Queue>,
    pub(super) twin: Mutex<TwinState>,
    pub(super) properties: Mutex<Properties>,
    pub(super) methods: Mutex<BTreeMap<String, MethodHandler>>,
    pub(super) recent_c2d: Mutex<Recent>,
    pub(super) recent_calls: Mutex<Recent>,
    pub(super) listeners: Mutex<Vec<mpsc::UnboundedSender<HubEvent>>>,
    /// Events of the MQTT client; the manager holds the lock for as long as it runs.
    pub(super) mqtt_events: tokio::sync::Mutex<MqttEvents>,
    /// The filters were asked for once, so that the MQTT client knows them.
    pub(super) subscribed: Mutex<bool>,
    pub(super) status: watch::Sender<ClientStatus>,
    pub(super) attempts: watch::Sender<Attempts>,
    /// Counts the calls that closed the client: the number of the next run.
    pub(super) stops: watch::Sender<u64>,
    /// The run that the manager is in, from an opening to the closing that follows it.
    pub(super) running: watch::Sender<Option<u64>>,
    /// Counts connections, so that an answer finds out that its call's is gone.
    pub(super) connection: AtomicU64,
    pub(super) serving: AtomicU64,
}

/// The attempts to connect so far, and how the last one ended.
#[derive(Clone, Debug, Default)]
pub(super) struct Attempts {
    pub(super) last: Option<Result<(), HubError>>,
}

/// No code panics while it holds one of these locks, so that a poisoned state is still whole.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
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

    pub(super) fn recent_calls(&self) -> MutexGuard<'_, Recent> {
        lock(&self.recent_calls)
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
        lock(&self.target)
            .as_ref()
            .map_or_else(|| self.options.identity.clone(), |target| target.identity.clone())
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

    /// Whether the client was closed since `run` began.
    pub(super) fn is_stopped(&self, run: u64) -> bool {
        *self.stops.borrow() != run
    }

    pub(super) async fn until_stopped(&self, run: u64) {
        let mut stops = self.stops.subscribe();
        // The sender is in `self`.
        let _ = stops.wait_for(|stops| *stops != run).await;
    }

    /// Waits for the end of the runs before `run`.
    pub(super) async fn until_next(&self, run: u64) {
        let mut running = self.running.subscribe();
        // The sender is in `self`.
        let _ = running.wait_for(|running| running.is_none_or(|other| other >= run)).await;
    }

    pub(super) async fn until_connected(&self) {
        let mut status = self.status.subscribe();
        // The sender is in `self`.
        let _ = status.wait_for(|status| status.status == ConnectionStatus::Connected).await;
    }

    /// The manager is gone: by its own will, or with the device's power.
    pub(super) fn manager_ended(&self) {
        if self.status.borrow().status == ConnectionStatus::Connected {
            self.status
                .send_replace(ClientStatus { status: ConnectionStatus::Disconnected, reason: "network" });
        }
        self.attempts.send_replace(Attempts { last: Some(Err(HubError::Closed)) });
        // Last, because who waits for it opens the client again.
        self.running.send_replace(None);
    }
}
