//! What differs between versions of MQTT: how a connection is asked for, and what may be repeated.

use bytes::Bytes;
use nanorig_wire::mqtt::{Connect, Packet, Publish, QoS, Will};

use crate::habits::{ConnectForm, MqttHabits, WillForm};

/// A version of MQTT.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Version {
    /// MQTT 3.1.1, protocol name `MQTT`, level 4.
    #[default]
    V311,
}

/// What a connection is asked for with.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ConnectOptions {
    /// Client identifier.
    pub client_id: String,
    /// True to forget the session on both sides (MQTT-3.1.2-6).
    pub clean_session: bool,
    /// Keep Alive in seconds, 0 for none.
    pub keep_alive_s: u16,
    /// The will.
    pub will: Option<Will>,
    /// User name.
    pub user_name: Option<String>,
    /// Password, secret.
    pub password: Option<Bytes>,
}

impl std::fmt::Debug for ConnectOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ConnectOptions")
            .field("client_id", &self.client_id)
            .field("clean_session", &self.clean_session)
            .field("keep_alive_s", &self.keep_alive_s)
            .field("will", &self.will.is_some())
            .field("user_name", &self.user_name)
            .field("password", &self.password.as_ref().map(|_| "***"))
            .finish()
    }
}

impl Version {
    /// CONNECT for `options`.
    pub(super) fn connect(self, options: &ConnectOptions, habits: &MqttHabits) -> Packet {
        let Self::V311 = self;
        let mut will = options.will.clone();
        if let (Some(will), WillForm::WithoutQos) = (&mut will, habits.will) {
            will.qos = QoS::AtMostOnce;
            will.retain = false;
        }
        let mut connect = Connect {
            protocol_name: "MQTT".into(),
            level: 4,
            clean_session: options.clean_session,
            keep_alive: habits.announced_keep_alive.unwrap_or(options.keep_alive_s),
            client_id: options.client_id.clone(),
            will,
            username: options.user_name.clone(),
            password: options.password.clone(),
        };
        if habits.connect == ConnectForm::EmptyIdKeepsSession {
            connect.client_id.clear();
            connect.clean_session = false;
        }
        Packet::Connect(connect)
    }

    /// The message as it is sent again after a connection ended (MQTT-3.3.1-1).
    pub(super) fn repeated(self, publish: &Publish) -> Publish {
        let Self::V311 = self;
        Publish { dup: true, ..publish.clone() }
    }

    /// True when a message may be repeated on the connection that it was sent on. MQTT 3.1.1 is silent;
    /// MQTT 5 forbids it (MQTT5 4.4.0-1).
    pub(super) const fn may_repeat_live(self) -> bool {
        let Self::V311 = self;
        true
    }

    /// True when unacknowledged messages are sent again on a persistent session that the server has lost:
    /// MQTT-4.4.0-1 asks for it whenever CleanSession is 0.
    pub(super) const fn resends_without_server_session(self) -> bool {
        let Self::V311 = self;
        true
    }
}
