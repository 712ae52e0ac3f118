//! A device on its emulated network, from which a broker of the host can be reached.

use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::Duration;

use nanorig_certs::{Pki, RootName, ServerChain};
use nanorig_mcu::Profile;
use nanorig_mcu::client::mqtt::{
    ConnectOptions, MqttClient, MqttError, MqttEvent, MqttEvents, MqttOptions, Outgoing, QoS,
    ReceivedMessage, SubAckCode,
};
use nanorig_mcu::client::{Endpoint, Security};
use nanorig_mcu::tls::{RootStore, TlsOptions};
use nanorig_peers::mosquitto::{Config, Mosquitto, ServerIdentity, User};

use crate::bench::{Bench, start};

/// What the device calls the broker.
pub(crate) const HOST: &str = "broker.test";

const ADDRESS: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 20);
const MQTT: u16 = 1_883;
const MQTTS: u16 = 8_883;

/// The broker's only user.
pub(crate) const USER: &str = "device";
pub(crate) const PASSWORD: &str = "correct horse";

/// Longest wait for anything.
const PATIENCE: Duration = Duration::from_secs(15);

/// Starts a broker that knows one user, with a certificate if there is one.
pub(crate) fn broker(chain: Option<&ServerChain>) -> Mosquitto {
    let tls = chain.map(|chain| ServerIdentity::new(chain.chain_pem(), chain.key_pem()));
    let users = vec![User::new(USER, PASSWORD)];
    Mosquitto::start(&Config { users, tls, ..Config::default() }).unwrap_or_else(|error| panic!("{error}"))
}

/// The PKI whose G2 every device here trusts.
pub(crate) fn pki() -> Pki {
    Pki::new(start().unix_secs())
}

/// A device that is up and knows the time. It boots at once, as the time here is real.
pub(crate) async fn device(broker: &Mosquitto) -> Bench {
    let mut profile = Profile::named("stm32f769i-disco").unwrap();
    profile.boot.time = Duration::ZERO;
    profile.link.start = Duration::ZERO;
    let roots = RootStore::test(&pki(), &[RootName::G2]);
    let bench = Bench::with(1, profile, |config| config.roots = roots);
    for names in &bench.dns {
        names.set_a(HOST, &[ADDRESS]).unwrap();
    }
    bench.world.directory.forward(SocketAddrV4::new(ADDRESS, MQTT), broker.plain());
    if let Some(tls) = broker.tls() {
        bench.world.directory.forward(SocketAddrV4::new(ADDRESS, MQTTS), tls);
    }
    bench.up().await;
    bench.mcu.set_time(start(), "the test");
    bench
}

/// A client of this device with its events.
pub(crate) struct Party {
    client: MqttClient,
    events: MqttEvents,
}

impl Party {
    pub(crate) fn new(bench: &Bench) -> Self {
        let (client, events) = MqttClient::new(&bench.mcu, &MqttOptions::default());
        Self { client, events }
    }

    /// A client that is connected with a clean session.
    pub(crate) async fn connected(bench: &Bench, client_id: &str) -> Self {
        let party = Self::new(bench);
        assert!(!party.connect(&options(client_id)).await.unwrap(), "a clean session is never resumed");
        party
    }

    pub(crate) async fn connect(&self, options: &ConnectOptions) -> Result<bool, MqttError> {
        within(self.client.connect(&plain(), options)).await
    }

    pub(crate) async fn connect_secured(&self, tls: TlsOptions) -> Result<bool, MqttError> {
        let endpoint = Endpoint { host: HOST.into(), port: MQTTS, security: Security::Tls(tls) };
        within(self.client.connect(&endpoint, &options("secured"))).await
    }

    pub(crate) fn client(&self) -> &MqttClient {
        &self.client
    }

    /// Subscribes; each filter must be granted as asked.
    pub(crate) async fn subscribe(&self, filters: &[(&str, QoS)]) {
        let asked = filters.iter().map(|(filter, qos)| ((*filter).to_owned(), *qos)).collect();
        let granted = within(self.client.subscribe(asked)).await.unwrap();
        let wanted: Vec<_> = filters.iter().map(|(_, qos)| SubAckCode::Granted(*qos)).collect();
        assert_eq!(granted, wanted);
    }

    /// Publishes and waits until that is done.
    pub(crate) async fn publish(&self, topic: &str, payload: &[u8], qos: QoS, retain: bool) {
        let payload = payload.to_vec().into();
        let message = Outgoing { topic: topic.into(), payload, qos, retain };
        let delivery = within(self.client.publish_when_room(message)).await.unwrap();
        within(delivery).await.unwrap();
    }

    /// The next message.
    pub(crate) async fn message(&mut self) -> ReceivedMessage {
        let next = async {
            loop {
                match self.events.next().await.expect("the client lives") {
                    MqttEvent::Message(message) => return message,
                    other => eprintln!("{other:?}"),
                }
            }
        };
        within(next).await
    }

    /// Topic and payload of the next message.
    pub(crate) async fn text(&mut self) -> (String, String) {
        let message = self.message().await;
        let payload = String::from_utf8(message.payload.to_vec()).unwrap();
        (message.topic.clone(), payload)
    }
}

fn plain() -> Endpoint {
    Endpoint { host: HOST.into(), port: MQTT, security: Security::Plain }
}

/// A clean session of the broker's user.
pub(crate) fn options(client_id: &str) -> ConnectOptions {
    ConnectOptions {
        client_id: client_id.into(),
        clean_session: true,
        keep_alive_s: 60,
        will: None,
        user_name: Some(USER.into()),
        password: Some(PASSWORD.into()),
    }
}

/// The result, in bounded time.
pub(crate) async fn within<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, work).await.expect("nothing came of it in 15 s")
}
