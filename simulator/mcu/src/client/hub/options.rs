//! What a hub client is made with.

use std::time::Duration;

use nanorig_wire::hub::Identity;

use super::Message;
use crate::client::dps::ProvisioningDeviceClient;
use crate::client::mqtt::QoS;
use crate::client::{CLIENT_TYPE, Credentials};
use crate::tls::TlsVersions;

/// What a hub client is made with.
#[derive(Clone, Debug)]
pub struct DeviceClientOptions {
    /// Host name of the hub, when it does not come from DPS.
    pub host: Option<String>,
    /// Port. Default 8883.
    pub port: u16,
    /// Who connects. The device id is replaced by the assigned one when the host comes from DPS.
    pub identity: Identity,
    /// How the device proves who it is.
    pub credentials: Credentials,
    /// Asked for the hub when there is no host, and again when the hub refuses the device.
    pub provisioning: Option<ProvisioningDeviceClient>,
    /// Plug and Play model id to announce.
    pub model_id: Option<String>,
    /// User agent in the user name.
    pub client_type: Option<String>,
    /// TLS versions to offer.
    pub tls: TlsVersions,
    /// Keep Alive. Default 240 s.
    pub keep_alive: Duration,
    /// Clean session flag. Default false: cloud-to-device messages wait for the device.
    pub clean_session: bool,
    /// QoS of telemetry. Default 1.
    pub telemetry_qos: QoS,
    /// Life of a SAS token. Default 1 h.
    pub token_lifetime: Duration,
    /// The will.
    pub will: Option<LastWill>,
    /// Messages that wait for a connection.
    pub queue: QueueOptions,
    /// Acknowledge desired properties that no handler was added for with 200, as an application does that
    /// takes whatever comes. Default false: they are left aside.
    pub accepts_any_property: bool,
}

/// What the hub takes for a message of the device when its connection ends without a word.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LastWill {
    /// The message. Its topic is that of telemetry, and its QoS is 0 unless it says otherwise.
    pub message: Message,
    /// Retain flag of the will.
    pub retain: bool,
}

/// Bounds of the queue for messages that cannot be sent at once. What happens when it is full is a habit;
/// the reference drops the oldest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueOptions {
    /// Most messages. Default 64.
    pub max_messages: usize,
    /// Most bytes, topics and bodies. Default 16 KiB.
    pub max_bytes: usize,
}

impl Default for QueueOptions {
    fn default() -> Self {
        Self { max_messages: 64, max_bytes: 16 * 1024 }
    }
}

impl DeviceClientOptions {
    /// A device at a hub that is known.
    #[must_use]
    pub fn new(host: impl Into<String>, identity: Identity, credentials: Credentials) -> Self {
        Self { host: Some(host.into()), ..Self::base(identity, credentials) }
    }

    /// A device that asks DPS for its hub. Its credentials are those of the registration.
    #[must_use]
    pub fn provisioned(provisioning: ProvisioningDeviceClient) -> Self {
        let options = provisioning.options();
        let identity = Identity::device(options.registration_id.clone());
        let credentials = options.credentials.clone();
        let model_id = options.model_id.clone();
        Self { provisioning: Some(provisioning), model_id, ..Self::base(identity, credentials) }
    }

    fn base(identity: Identity, credentials: Credentials) -> Self {
        Self {
            host: None,
            port: 8883,
            identity,
            credentials,
            provisioning: None,
            model_id: None,
            client_type: Some(CLIENT_TYPE.into()),
            tls: TlsVersions::default(),
            keep_alive: Duration::from_secs(240),
            clean_session: false,
            telemetry_qos: QoS::AtLeastOnce,
            token_lifetime: Duration::from_secs(3_600),
            will: None,
            queue: QueueOptions::default(),
            accepts_any_property: false,
        }
    }
}
