//! The background task that keeps the connection: connects, lives, waits, connects again.

use std::sync::Arc;
use std::time::Duration;

use nanorig_trace::Time;
use nanorig_trace::event::DeviceEvent;
use nanorig_wire::mqtt::ConnectCode;

use super::HubError;
use super::inner::Inner;
use super::live::End;
use super::login::{Target, Token};
use super::policy::{Plan, Policy, Setback};
use super::status::ConnectionStatus;
use crate::client::mqtt::{CloseReason, MqttError, MqttEvents, close_kind, status_reason};
use crate::habits::Jitter;
use crate::net::Sntp;

/// Spread of devices that come back because the network did.
const NETWORK_BACK: Duration = Duration::from_secs(3);

/// How one round of the manager ended.
enum Round {
    Renewal,
    Setback { setback: Setback, error: Option<HubError>, reason: &'static str, retry_after: Option<Duration> },
}

pub(super) struct Manager {
    inner: Arc<Inner>,
    run: u64,
    policy: Policy,
    provision: bool,
    set_clock: bool,
    last_token: Option<Token>,
}

impl Manager {
    pub(super) fn new(inner: &Arc<Inner>, run: u64) -> Self {
        let habits = &inner.mcu.habits().cloud;
        let has_secondary = inner.options.credentials.has_secondary() && habits.hub.uses_secondary_key;
        let has_provisioning = inner.options.provisioning.is_some();
        Self {
            policy: Policy::new(&habits.reconnect, inner.mcu.rng(), has_provisioning, has_secondary),
            inner: Arc::clone(inner),
            run,
            provision: false,
            set_clock: false,
            last_token: None,
        }
    }

    pub(super) async fn run(mut self) {
        let inner = Arc::clone(&self.inner);
        let mut events = inner.mqtt_events.lock().await;
        // What a client without power left behind.
        inner.drain(&mut events);
        tokio::select! {
            biased;
            () = inner.until_stopped(self.run) => {}
            () = self.keep_connected(&mut events) => {}
        }
        inner.mqtt.close().await;
        inner.drain(&mut events);
        inner.connection_ended();
        if inner.is_stopped(self.run) {
            inner.set_status(ConnectionStatus::Disconnected, "closed-by-app");
        }
    }

    /// Returns only when the firmware gives up.
    async fn keep_connected(&mut self, events: &mut MqttEvents) {
        let inner = Arc::clone(&self.inner);
        let habits = &inner.mcu.habits().cloud;
        loop {
            let round = self.round(events).await;
            self.inner.connection_ended();
            let (setback, error, reason, retry_after) = match round {
                Round::Renewal => {
                    self.inner.set_status(ConnectionStatus::Reconnecting, "token-renewal");
                    self.inner.mqtt.close().await;
                    self.inner.drain(events);
                    continue;
                }
                Round::Setback { setback, error, reason, retry_after } => {
                    (setback, error, reason, retry_after)
                }
            };
            let lost = error.is_none();
            if lost {
                self.inner.set_status(ConnectionStatus::Disconnected, reason);
            }
            let mut plan = self.policy.after(setback);
            if let Some(wanted) = retry_after.filter(|_| habits.reconnect.heeds_retry_after) {
                plan.delay = plan.delay.max(wanted);
            }
            let gives_up = reason == "out-of-resources" && habits.leaks.gives_up_on_out_of_memory;
            let goes_on = habits.reconnect.automatic && !gives_up;
            if !goes_on {
                plan.status = ConnectionStatus::Disconnected;
            }
            if !lost {
                self.inner.set_status(plan.status, reason);
            }
            if let Some(error) = error {
                self.inner.attempt_ended(Err(error));
            }
            if !goes_on {
                return;
            }
            self.wait(plan).await;
        }
    }

    async fn wait(&mut self, plan: Plan) {
        let mcu = &self.inner.mcu;
        self.provision |= plan.provision;
        self.set_clock |= plan.set_clock;
        let delay_ms = u64::try_from(plan.delay.as_millis()).unwrap_or(u64::MAX);
        mcu.record(DeviceEvent::Retry { client: "hub".into(), attempt: self.policy.attempt(), delay_ms });
        mcu.clock().sleep(plan.delay).await;
        if mcu.address().is_none() {
            // Attempts without a network would only make the delay grow. Those who lost it together must
            // not come back together.
            mcu.address_ready().await;
            if mcu.habits().cloud.reconnect.jitter == Jitter::Full {
                mcu.clock().sleep(mcu.rng().up_to(NETWORK_BACK)).await;
            }
        }
    }

    /// One attempt, and the connection's life if it succeeds.
    async fn round(&mut self, events: &mut MqttEvents) -> Round {
        // Boxed, so that its size is taken only while it runs: provisioning and TLS need much more than a connection's life.
        let (session_present, renew) = match Box::pin(self.connect()).await {
            Ok(connected) => connected,
            Err(error) => return failed(error),
        };
        self.policy.connected();
        let since = self.inner.mcu.now();
        match self.inner.live(events, session_present, renew).await {
            End::Renewal => Round::Renewal,
            End::Gone(reason) => {
                let lived = self.inner.mcu.now().since(since);
                let setback = match reason {
                    CloseReason::Lost | CloseReason::Transport("reset" | "closed") => Setback::Cut(lived),
                    _ => Setback::Lost(lived),
                };
                let reason = status_reason(close_kind(&reason));
                Round::Setback { setback, error: None, reason, retry_after: None }
            }
        }
    }

    async fn connect(&mut self) -> Result<(bool, Option<Time>), HubError> {
        let target = self.target().await?;
        let inner = Arc::clone(&self.inner);
        let habits = &inner.mcu.habits().cloud;
        if habits.leaks.prints_key {
            print_key(&inner, &target);
        }
        let key = target.key(&inner.options, habits, self.policy.use_secondary);
        if key.is_some() && std::mem::take(&mut self.set_clock) {
            // A clock that runs wrong makes good keys look bad. What comes of it shows with the next token.
            let _ = Sntp::synchronize(&inner.mcu).await;
        }
        let life = inner.options.token_lifetime;
        let token = match (key, self.last_token.take().filter(|_| habits.hub.reuses_expired_token)) {
            (Some(_), Some(old)) => Some(old),
            (Some(key), None) => Some(Token::sign(&target, &key, inner.mcu.device_utc(), life, habits)),
            (None, _) => None,
        };
        let signed_at = inner.mcu.now();
        let options = target.connect(&inner.options, habits, token.as_ref())?;
        let mut result = inner.mqtt.connect(&target.endpoint(&inner.options), &options).await;
        if habits.hub.falls_back_to_plain && matches!(result, Err(MqttError::Transport(_))) {
            result = inner.mqtt.connect(&target.plain_endpoint(), &options).await;
        }
        // Counted on the tick counter: a clock that is set meanwhile does not move the renewal.
        let renew = token.as_ref().and(habits.hub.renew_at).map(|share| signed_at + life.mul_f64(share));
        self.last_token = token;
        let session_present = result?;
        Ok((session_present, renew))
    }

    /// The hub to connect to, from the configuration, from flash, or from DPS.
    async fn target(&mut self) -> Result<Target, HubError> {
        let inner = &self.inner;
        let known = inner.target();
        let Some(provisioning) = &inner.options.provisioning else { return known.ok_or(HubError::NoHub) };
        let assignment = match known {
            Some(known) if !self.provision => return Ok(known),
            _ if self.provision => provisioning.register().await?.assignment,
            _ => provisioning.assignment().await?,
        };
        if std::mem::take(&mut self.provision) {
            self.policy.provisioned();
        }
        let mut identity = inner.options.identity.clone();
        identity.device = assignment.device_id;
        let target = Target { host: assignment.hub, identity };
        inner.move_to(target.clone());
        Ok(target)
    }
}

/// However the task ends, also with the device's power, the client can be opened again.
impl Drop for Manager {
    fn drop(&mut self) {
        self.inner.manager_ended();
    }
}

/// What a failed attempt means.
fn failed(error: HubError) -> Round {
    let retry_after = match &error {
        HubError::Provisioning(error) => error.retry_after(),
        _ => None,
    };
    let setback = match &error {
        HubError::Unauthorized => Setback::Unauthorized,
        HubError::Mqtt(MqttError::Refused(
            ConnectCode::UnacceptableProtocolVersion | ConnectCode::IdentifierRejected,
        ))
        | HubError::Mqtt(MqttError::Malformed(_))
        | HubError::NoHub => Setback::Misconfigured,
        HubError::Provisioning(error) if !error.is_transient() => Setback::NotProvisioned,
        _ => Setback::Unreachable,
    };
    let reason = match &error {
        HubError::Provisioning(error) if error.kind() == "disabled" => "disabled",
        error => status_reason(error.kind()),
    };
    Round::Setback { setback, error: Some(error), reason, retry_after }
}

/// A quirk: the key goes to the console.
fn print_key(inner: &Inner, target: &Target) {
    let key = target.key(&inner.options, &inner.mcu.habits().cloud, false);
    if let Some(key) = key {
        let text = format!("connecting to {} with key {}", target.host, key.to_base64());
        inner.mcu.record(DeviceEvent::Console { text });
    }
}
