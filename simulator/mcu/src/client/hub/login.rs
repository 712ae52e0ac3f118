//! What a connection to the hub is asked for with: user name, SAS token, certificate.

use std::time::Duration;

use bytes::Bytes;
use nanorig_trace::Utc;
use nanorig_wire::hub::{Identity, Username};
use nanorig_wire::sas::{SasToken, SharedKey};

use super::HubError;
use super::options::{DeviceClientOptions, LastWill};
use super::telemetry::topic;
use crate::client::mqtt::{ConnectOptions, QoS, Will};
use crate::client::{Endpoint, Security};
use crate::habits::{CloudHabits, SasResource};
use crate::tls::TlsOptions;

const MQTT_PLAIN_PORT: u16 = 1883;

/// Which hub, and who the device is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) host: String,
    pub(super) identity: Identity,
}

impl Target {
    pub(super) fn endpoint(&self, options: &DeviceClientOptions) -> Endpoint {
        let tls = TlsOptions {
            client: options.credentials.certificate(),
            versions: options.tls,
            ..TlsOptions::default()
        };
        Endpoint { host: self.host.clone(), port: options.port, security: Security::Tls(tls) }
    }

    /// The end point that no device should try.
    pub(super) fn plain_endpoint(&self) -> Endpoint {
        Endpoint { host: self.host.clone(), port: MQTT_PLAIN_PORT, security: Security::Plain }
    }

    pub(super) fn connect(
        &self,
        options: &DeviceClientOptions,
        habits: &CloudHabits,
        token: Option<&Token>,
    ) -> Result<ConnectOptions, HubError> {
        let mut client_id = self.identity.client_id();
        if habits.hub.wrong_client_id {
            client_id = client_id.to_uppercase();
        }
        Ok(ConnectOptions {
            client_id,
            clean_session: options.clean_session || habits.hub.always_clean_session,
            keep_alive_s: u16::try_from(options.keep_alive.as_secs()).unwrap_or(u16::MAX),
            will: options.will.as_ref().map(|will| self.will(will, habits)).transpose()?,
            user_name: Some(self.user_name(options, habits)),
            password: token.map(|token| token.text.clone()),
        })
    }

    /// The will is telemetry: the hub ignores it on any other topic.
    fn will(&self, will: &LastWill, habits: &CloudHabits) -> Result<Will, HubError> {
        let LastWill { message, retain } = will;
        let bag = message.bag(&habits.hub, &habits.pnp)?;
        Ok(Will {
            topic: topic(&bag, &self.identity, &habits.hub),
            payload: message.body.clone(),
            qos: message.qos.unwrap_or(QoS::AtMostOnce),
            retain: *retain,
        })
    }

    fn user_name(&self, options: &DeviceClientOptions, habits: &CloudHabits) -> String {
        let version = habits.hub.api_version.unwrap_or("none");
        let mut name = Username::new(&self.host, self.identity.clone(), version);
        name.model_id = options.model_id.clone().filter(|_| !habits.pnp.model_not_announced);
        name.client_type.clone_from(&options.client_type);
        let name = name.to_string();
        match habits.hub.api_version {
            Some(_) => name,
            None => name.replacen("api-version=none&", "", 1).replacen("api-version=none", "", 1),
        }
    }

    /// The key that signs, when the device has keys.
    pub(super) fn key(
        &self,
        options: &DeviceClientOptions,
        habits: &CloudHabits,
        use_secondary: bool,
    ) -> Option<SharedKey> {
        // An enrollment group derives from the registration id, which is what DPS was asked for.
        let registration =
            options.provisioning.as_ref().map(|client| client.options().registration_id.clone());
        let id = registration.unwrap_or_else(|| self.identity.device.clone());
        options.credentials.signing_key(&id, use_secondary, habits.dps.group_key)
    }
}

/// A SAS token.
#[derive(Clone)]
pub(super) struct Token {
    text: Bytes,
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(***)")
    }
}

impl Token {
    /// A token for `target` that lives for `life` from `now`, as the device's clock has it.
    pub(super) fn sign(
        target: &Target,
        key: &SharedKey,
        now: Utc,
        life: Duration,
        habits: &CloudHabits,
    ) -> Self {
        let exact = target.identity.resource(&target.host);
        let resource = match habits.hub.sas_resource {
            SasResource::Exact => exact,
            SasResource::WithoutDevices => exact.replacen("/devices/", "/", 1),
            SasResource::WrongCase => match exact.split_once('/') {
                Some((host, path)) => {
                    format!("{host}/{}", path.to_uppercase().replacen("DEVICES", "devices", 1))
                }
                None => exact,
            },
        };
        let mut expiry = now.unix_secs() + i64::try_from(life.as_secs()).unwrap_or(i64::MAX / 2);
        if habits.hub.sas_expiry_32_bit {
            // The low 32 bits, read as a signed number: such a time ends in January 2038.
            let low = u32::try_from(expiry & 0xffff_ffff).unwrap_or(0);
            expiry = i64::from(low.cast_signed());
        }
        let mut text = SasToken::sign(&resource, expiry, key, None);
        if habits.hub.sas_signs_other_text {
            text = text.replacen("%2F", "%2f", 1);
        }
        Self { text: text.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::Credentials;
    use crate::client::hub::Message;

    const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    fn target(identity: Identity) -> Target {
        Target { host: "contoso.azure-devices.net".into(), identity }
    }

    fn options(model: Option<&str>) -> DeviceClientOptions {
        let key = SharedKey::from_base64(KEY).unwrap();
        let credentials = Credentials::key(key);
        DeviceClientOptions {
            model_id: model.map(str::to_owned),
            client_type: None,
            ..DeviceClientOptions::new("contoso.azure-devices.net", Identity::device("dev1"), credentials)
        }
    }

    fn token(identity: Identity, habits: &CloudHabits) -> String {
        let key = SharedKey::from_base64(KEY).unwrap();
        let now = Utc::from_unix_secs(1_700_000_000 - 3_600);
        let token = Token::sign(&target(identity), &key, now, Duration::from_secs(3_600), habits);
        String::from_utf8(token.text.to_vec()).unwrap()
    }

    #[test]
    fn tokens_are_those_of_the_test_vectors() {
        assert_eq!(
            token(Identity::device("dev1"), &CloudHabits::default()),
            "SharedAccessSignature sr=contoso.azure-devices.net%2Fdevices%2Fdev1\
             &sig=QKiSs%2Fj3XsPN5ctMtRoJa7c%2BYA9RuV2Hs4XwTyXK8%2Bw%3D&se=1700000000"
        );
        assert_eq!(
            token(Identity::module("dev1", "mod1"), &CloudHabits::default()),
            "SharedAccessSignature sr=contoso.azure-devices.net%2Fdevices%2Fdev1%2Fmodules%2Fmod1\
             &sig=OBEqyWoUShx6qzstZyjJbvO5ZoOJk7Z%2FEr9y8CA3uHo%3D&se=1700000000"
        );
    }

    #[test]
    fn a_will_is_telemetry_of_the_identity_that_connects() {
        let mut message = Message::json(&serde_json::json!({ "gone": true }));
        message.properties = vec![("why".into(), "no power".into())];
        message.qos = Some(QoS::AtLeastOnce);
        let mut options = options(None);
        options.will = Some(LastWill { message, retain: true });
        let module = target(Identity::module("dev1", "mod1"));
        let will = module.connect(&options, &CloudHabits::default(), None).unwrap().will.unwrap();
        let topic =
            "devices/dev1/modules/mod1/messages/events/$.ct=application%2Fjson&$.ce=utf-8&why=no%20power";
        assert_eq!((will.topic.as_str(), will.qos, will.retain), (topic, QoS::AtLeastOnce, true));
        assert_eq!(&will.payload[..], br#"{"gone":true}"#);
        options.will = Some(LastWill {
            message: Message { properties: vec![("$.mid".into(), "x".into())], ..Message::default() },
            retain: false,
        });
        let refused = module.connect(&options, &CloudHabits::default(), None).unwrap_err();
        assert_eq!(refused.kind(), "invalid-argument");
    }

    #[test]
    fn habits_make_tokens_that_do_not_fit() {
        let key = SharedKey::from_base64(KEY).unwrap();
        let with = |set: fn(&mut CloudHabits)| {
            let mut habits = CloudHabits::default();
            set(&mut habits);
            SasToken::parse(&token(Identity::device("dev1"), &habits)).unwrap()
        };
        let missing = with(|habits| habits.hub.sas_resource = SasResource::WithoutDevices);
        assert_eq!(missing.resource(), "contoso.azure-devices.net/dev1");
        let case = with(|habits| habits.hub.sas_resource = SasResource::WrongCase);
        assert_eq!(case.resource(), "contoso.azure-devices.net/devices/DEV1");
        assert!(!with(|habits| habits.hub.sas_signs_other_text = true).verify(&key));
        assert!(with(|_| ()).verify(&key));
    }

    #[test]
    fn an_expiry_of_32_bits_wraps_in_2038() {
        let habits = CloudHabits {
            hub: crate::habits::HubHabits { sas_expiry_32_bit: true, ..Default::default() },
            ..CloudHabits::default()
        };
        let key = SharedKey::from_base64(KEY).unwrap();
        let now = Utc::from_unix_secs(i64::from(i32::MAX) - 60);
        let life = Duration::from_secs(3_600);
        let wrapped = Token::sign(&target(Identity::device("d")), &key, now, life, &habits);
        let wrapped = std::str::from_utf8(&wrapped.text).unwrap();
        assert!(wrapped.ends_with("&se=-2147480109"), "{wrapped}");
        let exact = Token::sign(&target(Identity::device("d")), &key, now, life, &CloudHabits::default());
        let exact = SasToken::parse(std::str::from_utf8(&exact.text).unwrap()).unwrap();
        assert_eq!(exact.expiry_secs, i64::from(i32::MAX) + 3_540);
    }

    #[test]
    fn user_names_of_devices_modules_and_models() {
        let name = |identity, model, habits: &CloudHabits| {
            target(identity).connect(&options(model), habits, None).unwrap().user_name.unwrap()
        };
        let exact = CloudHabits::default();
        let device = "contoso.azure-devices.net/dev1/?api-version=2021-04-12";
        assert_eq!(name(Identity::device("dev1"), None, &exact), device);
        let module = "contoso.azure-devices.net/dev1/mod1/?api-version=2021-04-12";
        assert_eq!(name(Identity::module("dev1", "mod1"), None, &exact), module);
        let model = Some("dtmi:com:example:Thermostat;1");
        let announced = format!("{device}&model-id=dtmi%3Acom%3Aexample%3AThermostat%3B1");
        assert_eq!(name(Identity::device("dev1"), model, &exact), announced);
        let mut odd = CloudHabits::default();
        odd.hub.api_version = None;
        assert_eq!(name(Identity::device("dev1"), None, &odd), "contoso.azure-devices.net/dev1/?");
        assert!(!format!("{:?}", Token { text: "secret".into() }).contains("secret"));
    }
}
