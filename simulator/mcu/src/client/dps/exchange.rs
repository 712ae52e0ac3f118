//! One connection to DPS: subscribe, register, poll.

use std::time::Duration;

use bytes::Bytes;
use nanorig_wire::dps::{
    self, AssignmentStatus, ErrorBody, OperationStatus, RegisterBody, RegistrationState, Request, Response,
};
use nanorig_wire::mqtt::{QoS, SubAckCode};
use nanorig_wire::sas::SasToken;

use super::{Assignment, DeviceRegistrationResult, ProvisioningError, ProvisioningOptions};
use crate::Mcu;
use crate::client::mqtt::{
    ConnectOptions, MqttClient, MqttError, MqttEvent, MqttEvents, MqttOptions, Outgoing,
};
use crate::client::{Endpoint, Security};
use crate::habits::OperationIdUse;
use crate::tls::TlsOptions;

const API_VERSION: &str = "2019-03-31";
const KEEP_ALIVE_S: u16 = 60;
/// Life of the token; a registration takes minutes at most.
const TOKEN_SECS: i64 = 3_600;
/// An unanswered request is repeated this often on one connection.
const ASKS: u32 = 3;
/// DPS counts five polls in ten seconds; no client may be faster, whatever the service says.
const LEAST_POLL: Duration = Duration::from_secs(2);

/// A connection to DPS that is closed in order when it is dropped.
pub(super) struct Exchange<'a> {
    mcu: &'a Mcu,
    options: &'a ProvisioningOptions,
    client: MqttClient,
    events: MqttEvents,
    next_rid: u64,
    registration_id: String,
}

/// What DPS answered.
struct Answer {
    status: u16,
    retry_after: Option<Duration>,
    body: Bytes,
}

impl<'a> Exchange<'a> {
    /// Registers over a new connection. `delay` is asked how long to wait when DPS is busy.
    pub(super) async fn run(
        mcu: &'a Mcu,
        options: &'a ProvisioningOptions,
        delay: impl Fn(&ProvisioningError) -> Duration,
    ) -> Result<DeviceRegistrationResult, ProvisioningError> {
        let (client, events) = MqttClient::new(mcu, &MqttOptions::default());
        let first_rid = match mcu.habits().cloud.dps.one_rid {
            true => u64::try_from(mcu.device_utc().unix_secs()).unwrap_or(1),
            false => 1,
        };
        let mut registration_id = options.registration_id.clone();
        if mcu.habits().cloud.dps.changes_registration_id {
            registration_id.push_str("-device");
        }
        let mut exchange = Self { mcu, options, client, events, next_rid: first_rid, registration_id };
        let result = exchange.register(delay).await;
        exchange.client.close().await;
        result
    }

    async fn register(
        &mut self,
        delay: impl Fn(&ProvisioningError) -> Duration,
    ) -> Result<DeviceRegistrationResult, ProvisioningError> {
        let habits = self.mcu.habits().cloud.dps.clone();
        self.connect().await?;
        if !habits.registers_before_subscribing {
            self.subscribe().await?;
        }
        let mut operation: Option<String> = None;
        let mut polls = 0;
        loop {
            let request = match (&operation, habits.operation_id) {
                (None, _) | (_, OperationIdUse::RegistersAgain) => None,
                (Some(given), OperationIdUse::Given) => Some(given.clone()),
                (Some(_), OperationIdUse::Invented) => Some(format!("{:016x}", self.mcu.rng().u64())),
            };
            polls += u32::from(request.is_some());
            let answer = self.ask(request).await?;
            let wanted = answer.retry_after;
            match outcome(&answer) {
                Ok(Outcome::Assigned { assignment, state }) => {
                    let RegistrationState { substatus, payload, .. } = *state;
                    return Ok(DeviceRegistrationResult { assignment, substatus, payload, polls });
                }
                Ok(Outcome::Assigning { operation_id }) => {
                    operation = Some(operation_id);
                    self.mcu.clock().sleep(self.poll_delay(wanted)).await;
                }
                // DPS is busy: the connection is fine, so the same request goes out again later.
                Err(error @ (ProvisioningError::Throttled { .. } | ProvisioningError::Service { .. })) => {
                    self.mcu.clock().sleep(delay(&error)).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    async fn connect(&mut self) -> Result<(), MqttError> {
        let options = self.options;
        let habits = &self.mcu.habits().cloud.dps;
        let mut user_name = dps::Username::new(&options.id_scope, &self.registration_id, API_VERSION);
        user_name.client_type = Some(crate::client::CLIENT_TYPE.into());
        let key = options.credentials.signing_key(&self.registration_id, false, habits.group_key);
        let password = key.map(|key| {
            let expiry = self.mcu.device_utc().unix_secs() + TOKEN_SECS;
            Bytes::from(SasToken::sign(&user_name.resource(), expiry, &key, habits.sas_policy))
        });
        let connect = ConnectOptions {
            client_id: self.registration_id.clone(),
            clean_session: !habits.keeps_session,
            keep_alive_s: KEEP_ALIVE_S,
            will: None,
            user_name: Some(user_name.to_string()),
            password,
        };
        let tls = TlsOptions {
            client: options.credentials.certificate(),
            versions: options.tls,
            ..TlsOptions::default()
        };
        let endpoint =
            Endpoint { host: options.host.clone(), port: options.port, security: Security::Tls(tls) };
        self.client.connect(&endpoint, &connect).await.map(|_| ())
    }

    async fn subscribe(&self) -> Result<(), ProvisioningError> {
        let filter = (dps::RESPONSES_FILTER.to_owned(), QoS::AtLeastOnce);
        let codes = self.client.subscribe(vec![filter]).await?;
        match codes.first() {
            Some(SubAckCode::Granted(_)) => Ok(()),
            _ => Err(ProvisioningError::Malformed("subscription to the answers was refused".into())),
        }
    }

    /// Sends a request and waits for its answer; sends it again under a new request id when none comes.
    async fn ask(&mut self, operation: Option<String>) -> Result<Answer, ProvisioningError> {
        let habits = self.mcu.habits().cloud.dps.clone();
        for asks in 1..=ASKS {
            let rid = self.next_rid.to_string();
            self.next_rid += u64::from(!habits.one_rid);
            let (request, payload) = match &operation {
                None => (Request::Register { rid: rid.clone() }, self.register_body()),
                Some(operation) => {
                    (Request::Status { rid: rid.clone(), operation_id: operation.clone() }, Bytes::new())
                }
            };
            let qos = QoS::from_bits(habits.qos).unwrap_or(QoS::AtLeastOnce);
            let delivery =
                self.client.publish(Outgoing { topic: request.to_string(), payload, qos, retain: false })?;
            drop(delivery);
            if habits.registers_before_subscribing && operation.is_none() && asks == 1 {
                // Too late for the answer that is under way.
                self.subscribe().await?;
            }
            let late = self.mcu.clock().sleep(habits.answer_timeout);
            tokio::select! {
                biased;
                answer = answer(&mut self.events, &rid) => return answer,
                () = late => {}
            }
        }
        Err(ProvisioningError::Timeout)
    }

    fn register_body(&self) -> Bytes {
        let announces_model = !self.mcu.habits().cloud.pnp.model_not_registered;
        let body = RegisterBody {
            registration_id: Some(self.registration_id.clone()),
            payload: self.options.register_payload(announces_model),
            ..RegisterBody::default()
        };
        body.to_json().into()
    }

    fn poll_delay(&self, wanted: Option<Duration>) -> Duration {
        let habits = &self.mcu.habits().cloud.dps;
        if !habits.heeds_retry_after {
            return Duration::from_millis(500);
        }
        wanted.unwrap_or(habits.poll_default).max(LEAST_POLL) + self.mcu.rng().up_to(habits.poll_jitter)
    }
}

impl Drop for Exchange<'_> {
    fn drop(&mut self) {
        self.client.close_soon();
    }
}

/// Waits for the answer to `rid`; answers to other requests are left aside.
async fn answer(events: &mut MqttEvents, rid: &str) -> Result<Answer, ProvisioningError> {
    loop {
        match events.next().await {
            Some(MqttEvent::Message(message)) => match Response::parse(&message.topic) {
                Ok(response) if response.rid == rid => {
                    let retry_after = response.retry_after.map(|secs| Duration::from_secs(secs.into()));
                    return Ok(Answer { status: response.status, retry_after, body: message.payload });
                }
                _ => {}
            },
            Some(MqttEvent::Oversize { .. }) => {
                return Err(ProvisioningError::Malformed("answer does not fit into memory".into()));
            }
            Some(MqttEvent::Disconnected { reason }) => return Err(MqttError::Closed(reason).into()),
            None => return Err(MqttError::NotConnected.into()),
        }
    }
}

enum Outcome {
    Assigning { operation_id: String },
    Assigned { assignment: Assignment, state: Box<RegistrationState> },
}

/// What an answer means: 2xx carries a status, 429 and 5xx may pass, the rest is final.
fn outcome(answer: &Answer) -> Result<Outcome, ProvisioningError> {
    let retry_after = answer.retry_after;
    if !(200..300).contains(&answer.status) {
        let (code, message) = match ErrorBody::from_json(&answer.body) {
            Ok(body) => (body.error_code, body.message),
            Err(_) => (0, String::new()),
        };
        return Err(match answer.status {
            401 | 403 => ProvisioningError::Unauthorized { code, message },
            404 => ProvisioningError::NotFound { code, message },
            429 => ProvisioningError::Throttled { code, retry_after },
            status @ 500..600 => ProvisioningError::Service { status, code, retry_after },
            status => ProvisioningError::Rejected { status, code, message },
        });
    }
    let status = OperationStatus::from_json(&answer.body)
        .map_err(|error| ProvisioningError::Malformed(format!("{error}: {}", error.source)))?;
    let state = status.registration_state.unwrap_or_default();
    match status.status {
        AssignmentStatus::Unassigned | AssignmentStatus::Assigning => {
            Ok(Outcome::Assigning { operation_id: status.operation_id })
        }
        AssignmentStatus::Assigned => match (state.assigned_hub.clone(), state.device_id.clone()) {
            (Some(hub), Some(device_id)) => {
                Ok(Outcome::Assigned { assignment: Assignment { hub, device_id }, state: Box::new(state) })
            }
            _ => Err(ProvisioningError::Malformed("assigned without hub or device id".into())),
        },
        AssignmentStatus::Failed => Err(ProvisioningError::Failed {
            code: state.error_code.unwrap_or(0),
            message: state.error_message.unwrap_or_default(),
        }),
        AssignmentStatus::Disabled => Err(ProvisioningError::Disabled),
    }
}
