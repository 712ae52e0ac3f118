//! Decisions about the Device Provisioning Service.

use std::time::Duration;

/// The Device Provisioning Service.
#[derive(Clone, Debug, PartialEq)]
pub struct DpsHabits {
    /// `skn` in the token; none leaves it out. Default `registration`.
    pub sas_policy: Option<&'static str>,
    /// How an enrollment group's key is used.
    pub group_key: GroupKeyUse,
    /// True to append something to the registration id, so that it is not the certificate's common name.
    pub changes_registration_id: bool,
    /// True to publish before the answers' topic is subscribed to.
    pub registers_before_subscribing: bool,
    /// True to keep the session.
    pub keeps_session: bool,
    /// QoS of requests. Default 1.
    pub qos: u8,
    /// Which operation is asked about.
    pub operation_id: OperationIdUse,
    /// True to use one request id for all requests.
    pub one_rid: bool,
    /// True to wait as long as the service asks.
    pub heeds_retry_after: bool,
    /// Delay between polls when the service names none. Default 2 s.
    pub poll_default: Duration,
    /// Largest random addition to a delay between polls. Default 1 s.
    pub poll_jitter: Duration,
    /// How long one registration may take; none: for ever. Default 5 min.
    pub overall: Option<Duration>,
    /// How long to wait for an answer before asking again. Default 20 s.
    pub answer_timeout: Duration,
    /// How the assignment is used.
    pub assigned: AssignedUse,
    /// True to register although an assignment is stored.
    pub registers_at_every_boot: bool,
    /// True to ask again at once after any error.
    pub hammers: bool,
    /// True to report every refusal as the same error.
    pub hides_reasons: bool,
    /// True to ask again with a constant delay on 429 and 5xx.
    pub constant_backoff: bool,
}

impl Default for DpsHabits {
    fn default() -> Self {
        Self {
            sas_policy: Some("registration"),
            group_key: GroupKeyUse::Derived,
            changes_registration_id: false,
            registers_before_subscribing: false,
            keeps_session: false,
            qos: 1,
            operation_id: OperationIdUse::Given,
            one_rid: false,
            heeds_retry_after: true,
            poll_default: Duration::from_secs(2),
            poll_jitter: Duration::from_secs(1),
            overall: Some(Duration::from_secs(300)),
            answer_timeout: Duration::from_secs(20),
            assigned: AssignedUse::HubAndDevice,
            registers_at_every_boot: false,
            hammers: false,
            hides_reasons: false,
            constant_backoff: false,
        }
    }
}

/// How an enrollment group's key is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GroupKeyUse {
    /// A device key is derived from it.
    #[default]
    Derived,
    /// It signs tokens itself.
    Raw,
}

/// Which operation is asked about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OperationIdUse {
    /// The one that the service named.
    #[default]
    Given,
    /// One that the device made up.
    Invented,
    /// None: the registration is sent again.
    RegistersAgain,
}

/// How the assignment is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AssignedUse {
    /// The hub and the device id of the answer.
    #[default]
    HubAndDevice,
    /// The hub of the answer, with the registration id as device id.
    HubOnly,
}
