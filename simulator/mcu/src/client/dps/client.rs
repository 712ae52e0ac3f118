//! The provisioning client: attempts, delays and the bound on all of it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use nanorig_trace::event::DeviceEvent;
use serde_json::{Value, json};

use super::exchange::Exchange;
use super::{Assignment, AssignmentStore, DeviceRegistrationResult, ProvisioningError};
use crate::Mcu;
use crate::client::mqtt::status_reason;
use crate::client::{Backoff, Credentials};
use crate::habits::{AssignedUse, Growth};
use crate::tls::TlsVersions;

/// What a provisioning client is made with.
#[derive(Clone, Debug)]
pub struct ProvisioningOptions {
    /// Host name of DPS. Default `global.azure-devices-provisioning.net`.
    pub host: String,
    /// Port. Default 8883.
    pub port: u16,
    /// ID scope.
    pub id_scope: String,
    /// Registration id.
    pub registration_id: String,
    /// How the device proves who it is.
    pub credentials: Credentials,
    /// Plug and Play model id to announce.
    pub model_id: Option<String>,
    /// Payload for a custom allocation.
    pub payload: Option<Value>,
    /// TLS versions to offer.
    pub tls: TlsVersions,
    /// Where an assignment is kept over boots.
    pub store: AssignmentStore,
}

impl ProvisioningOptions {
    /// A registration at the global end point.
    #[must_use]
    pub fn new(
        id_scope: impl Into<String>,
        registration_id: impl Into<String>,
        credentials: Credentials,
    ) -> Self {
        Self {
            host: "global.azure-devices-provisioning.net".into(),
            port: 8883,
            id_scope: id_scope.into(),
            registration_id: registration_id.into(),
            credentials,
            model_id: None,
            payload: None,
            tls: TlsVersions::default(),
            store: AssignmentStore::default(),
        }
    }

    /// The payload with the model id in it; the model id is what makes the service set the twin's model.
    pub(super) fn register_payload(&self, announces_model: bool) -> Option<Value> {
        let model = self.model_id.as_ref().filter(|_| announces_model);
        match (self.payload.clone(), model) {
            (None, None) => None,
            (None, Some(model)) => Some(json!({ "modelId": model })),
            (Some(Value::Object(mut members)), Some(model)) => {
                members.entry("modelId").or_insert_with(|| json!(model));
                Some(Value::Object(members))
            }
            (Some(payload), _) => Some(payload),
        }
    }
}

/// Asks DPS which hub the device belongs to; a cheap handle.
#[derive(Clone)]
pub struct ProvisioningDeviceClient {
    mcu: Mcu,
    options: Arc<ProvisioningOptions>,
    /// Lives longer than a registration.
    backoff: Arc<Mutex<Backoff>>,
}

impl ProvisioningDeviceClient {
    /// A client of this device.
    #[must_use]
    pub fn new(mcu: &Mcu, options: ProvisioningOptions) -> Self {
        let mut habits = mcu.habits().cloud.reconnect.clone();
        if mcu.habits().cloud.dps.constant_backoff {
            habits.growth = Growth::Constant;
        }
        let backoff = Backoff::new(&habits, mcu.rng().clone());
        Self { mcu: mcu.clone(), options: Arc::new(options), backoff: Arc::new(Mutex::new(backoff)) }
    }

    /// What the client was made with.
    #[must_use]
    pub fn options(&self) -> &ProvisioningOptions {
        &self.options
    }

    /// Registers, once, within a bounded time. What can pass is tried again within that time.
    ///
    /// # Errors
    /// DPS refuses or fails the device, or there is no result in time.
    pub async fn register(&self) -> Result<DeviceRegistrationResult, ProvisioningError> {
        let attempts = self.attempts();
        let result = match self.mcu.habits().cloud.dps.overall {
            None => attempts.await,
            Some(longest) => {
                tokio::select! {
                    biased;
                    result = attempts => result,
                    () = self.mcu.clock().sleep(longest) => Err(ProvisioningError::Timeout),
                }
            }
        };
        self.record(&result);
        if let Ok(result) = &result {
            self.options.store.store(&result.assignment);
        }
        result
    }

    /// The stored assignment, or that of a new registration.
    ///
    /// # Errors
    /// As [`register`](Self::register).
    pub async fn assignment(&self) -> Result<Assignment, ProvisioningError> {
        match self.options.store.load() {
            Some(assignment) if !self.mcu.habits().cloud.dps.registers_at_every_boot => Ok(assignment),
            _ => self.register().await.map(|result| result.assignment),
        }
    }

    /// Registers until it works, with growing delays; after a refusal that only people can cure, with
    /// slow ones.
    pub async fn register_until_assigned(&self) -> DeviceRegistrationResult {
        let mut slow = Backoff::slow(&self.mcu.habits().cloud.reconnect, self.mcu.rng().clone());
        loop {
            match self.register().await {
                Ok(result) => return result,
                Err(error) => self.pause(&error, &mut slow).await,
            }
        }
    }

    /// Waits after a registration that failed, as long as its error asks for.
    pub(crate) async fn pause(&self, error: &ProvisioningError, slow: &mut Backoff) {
        let delay = match error {
            _ if self.mcu.habits().cloud.dps.hammers => Duration::from_millis(200),
            error if error.is_transient() => self.delay(error),
            _ => slow.failed(),
        };
        self.wait(delay).await;
    }

    async fn attempts(&self) -> Result<DeviceRegistrationResult, ProvisioningError> {
        let habits = &self.mcu.habits().cloud.dps;
        loop {
            let result = Exchange::run(&self.mcu, &self.options, |error| self.delay(error)).await;
            let error = match result {
                Ok(mut result) => {
                    self.lock_backoff().reset();
                    if habits.assigned == AssignedUse::HubOnly {
                        result.assignment.device_id.clone_from(&self.options.registration_id);
                    }
                    return Ok(result);
                }
                Err(error) => error,
            };
            if habits.hammers {
                self.wait(Duration::from_millis(200)).await;
            } else if error.is_transient() {
                self.wait(self.delay(&error)).await;
            } else {
                return Err(error);
            }
        }
    }

    /// The delay after one more failure; never shorter than the service asked for, and with a random part also
    /// then: devices that were told to wait for as long must not come back together.
    fn delay(&self, error: &ProvisioningError) -> Duration {
        if self.mcu.habits().cloud.dps.hammers {
            return Duration::from_millis(200);
        }
        let delay = self.lock_backoff().failed();
        match error.retry_after() {
            Some(wanted) if self.mcu.habits().cloud.dps.heeds_retry_after => {
                delay.max(wanted + self.mcu.rng().up_to(self.mcu.habits().cloud.dps.poll_jitter))
            }
            _ => delay,
        }
    }

    async fn wait(&self, delay: Duration) {
        let attempt = self.lock_backoff().failures();
        let delay_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
        self.mcu.record(DeviceEvent::Retry { client: "dps".into(), attempt, delay_ms });
        self.mcu.clock().sleep(delay).await;
    }

    fn lock_backoff(&self) -> std::sync::MutexGuard<'_, Backoff> {
        self.backoff.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn record(&self, result: &Result<DeviceRegistrationResult, ProvisioningError>) {
        match result {
            Ok(result) => {
                let Assignment { hub, device_id } = result.assignment.clone();
                self.mcu.record(DeviceEvent::Registered { hub, device_id });
            }
            Err(error) => {
                let hides = self.mcu.habits().cloud.dps.hides_reasons;
                let word = if hides { "failed" } else { error.event_word() };
                let message = if hides { String::new() } else { error.to_string() };
                let code = if hides { 0 } else { error.code() };
                self.mcu.record(DeviceEvent::RegistrationFailed { error: word.into(), code, message });
                let reason = match word {
                    "failed" | "not-found" => "protocol",
                    "network" => status_reason(error.kind()),
                    other => other,
                };
                let (client, status) = ("dps".into(), "Failed".into());
                self.mcu.record(DeviceEvent::Status { client, status, reason: reason.into() });
            }
        }
    }
}

impl std::fmt::Debug for ProvisioningDeviceClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProvisioningDeviceClient").field("options", &self.options).finish_non_exhaustive()
    }
}
