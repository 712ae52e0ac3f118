//! Decisions of the MQTT client.

use std::time::Duration;

/// How the MQTT client behaves. Durations are on the monotonic clock.
#[derive(Clone, Debug, PartialEq)]
pub struct MqttHabits {
    /// Shape of CONNECT (MQTT-3.1.2).
    pub connect: ConnectForm,
    /// Shape of the will in CONNECT (MQTT-3.1.2-9).
    pub will: WillForm,
    /// True to send other packets before CONNACK has come.
    pub talks_before_connack: bool,
    /// How long to wait for CONNACK; none waits for ever. Default 30 s.
    pub connack_timeout: Option<Duration>,
    /// True to take a first packet that is not CONNACK (MQTT-3.2.0-1 says close).
    pub any_first_packet: bool,
    /// True to go on sending after CONNACK has refused the connection.
    pub talks_after_refusal: bool,
    /// What is done with the Keep Alive.
    pub keep_alive: KeepAliveUse,
    /// Keep Alive to announce instead of the configured one, in seconds; 0 turns it off.
    pub announced_keep_alive: Option<u16>,
    /// True to close when PINGRESP comes without PINGREQ.
    pub closes_on_unasked_pingresp: bool,
    /// How packet identifiers are chosen.
    pub packet_ids: PacketIds,
    /// Which received QoS 1 messages are acknowledged.
    pub acknowledge: Acknowledge,
    /// In which order received QoS 1 messages are acknowledged.
    pub ack_order: AckOrder,
    /// When a QoS 1 message counts as delivered.
    pub completion: Completion,
    /// What is sent again when a session is resumed.
    pub resend: Resend,
    /// Repeats an unacknowledged PUBLISH on the live connection after this time. Default none: MQTT 3.1.1
    /// is silent, MQTT 5 forbids it.
    pub resend_live: Option<Duration>,
    /// True to repeat on the live connection without DUP (MQTT-3.3.1-1 says never).
    pub resend_live_without_dup: bool,
    /// Closes a connection on which an acknowledgement has not come for this long. Default 120 s.
    pub ack_timeout: Option<Duration>,
    /// True to publish to whatever topic the application names, wildcards included (MQTT-3.3.2-2 says never).
    pub unchecked_topics: bool,
    /// True to send QoS 0 messages with DUP set (MQTT-3.3.1-2 says never).
    pub dup_on_qos0: bool,
    /// What a QoS 2 sender repeats after a cut.
    pub qos2_resume: Qos2Resume,
    /// What a QoS 2 receiver hands to the application.
    pub qos2_receive: Qos2Receive,
    /// True to set DUP in PUBREL (MQTT-3.6.1-1 says never).
    pub dup_on_pubrel: bool,
    /// Shape of SUBSCRIBE and UNSUBSCRIBE.
    pub subscribe: SubscribeForm,
    /// True to take SUBACK 0x80 or a lower QoS for what was asked.
    pub ignores_suback: bool,
    /// How long to wait for SUBACK before SUBSCRIBE is repeated; none waits for ever. Default 10 s.
    pub suback_timeout: Option<Duration>,
    /// How often SUBSCRIBE is sent before the connection is given up. Default 3.
    pub subscribe_sends: u32,
    /// True to drop a PUBLISH that comes before the SUBACK of its filter (MQTT-3.8.4).
    pub drops_early_publish: bool,
    /// When subscriptions are made again.
    pub resubscribe: Resubscribe,
    /// True to use packets of an earlier session although this one is clean (MQTT-3.1.2-6).
    pub keeps_state_over_clean: bool,
    /// True to make up a new client id at each boot.
    pub random_client_id: bool,
    /// What one read from the connection is taken for.
    pub read: ReadUse,
    /// True to take what has come of a message for the whole of it when the other side ends the stream in order.
    pub takes_partial_at_end: bool,
    /// What is done with a packet that breaks the protocol.
    pub malformed: Malformed,
    /// Largest packet taken from the server, in bytes; none: whatever is announced. Default 140 KiB
    /// (a method payload of 128 KiB with its topic).
    pub max_inbound: Option<usize>,
    /// How a planned stop ends.
    pub disconnect: DisconnectForm,
}

impl Default for MqttHabits {
    fn default() -> Self {
        Self {
            connect: ConnectForm::Exact,
            will: WillForm::Exact,
            talks_before_connack: false,
            connack_timeout: Some(Duration::from_secs(30)),
            any_first_packet: false,
            talks_after_refusal: false,
            keep_alive: KeepAliveUse::Full,
            announced_keep_alive: None,
            closes_on_unasked_pingresp: false,
            packet_ids: PacketIds::Fresh,
            acknowledge: Acknowledge::Always,
            ack_order: AckOrder::Reception,
            completion: Completion::OwnAck,
            resend: Resend::SameIdDup,
            resend_live: None,
            resend_live_without_dup: false,
            ack_timeout: Some(Duration::from_secs(120)),
            unchecked_topics: false,
            dup_on_qos0: false,
            qos2_resume: Qos2Resume::WhereItWas,
            qos2_receive: Qos2Receive::Once,
            dup_on_pubrel: false,
            subscribe: SubscribeForm::Exact,
            ignores_suback: false,
            suback_timeout: Some(Duration::from_secs(10)),
            subscribe_sends: 3,
            drops_early_publish: false,
            resubscribe: Resubscribe::WhenSessionAbsent,
            keeps_state_over_clean: false,
            random_client_id: false,
            read: ReadUse::Stream,
            takes_partial_at_end: false,
            malformed: Malformed::Close,
            max_inbound: Some(140 * 1024),
            disconnect: DisconnectForm::Orderly,
        }
    }
}

/// Shape of CONNECT.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ConnectForm {
    /// As the standard says.
    #[default]
    Exact,
    /// Reserved flag set (against MQTT-3.1.2-3).
    ReservedFlag,
    /// Password flag without user name flag (against MQTT-3.1.2-22).
    PasswordWithoutUserName,
    /// CONNECT is sent twice (against MQTT-3.1.0-2).
    Twice,
    /// Empty client id with CleanSession 0 (against MQTT-3.1.3-7).
    EmptyIdKeepsSession,
}

/// Shape of the will.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WillForm {
    /// As configured.
    #[default]
    Exact,
    /// Its QoS is sent as 0 and its retain flag dropped.
    WithoutQos,
    /// Its fields are sent although its flag is not set (nanoFramework/Home#1720).
    WithoutFlag,
}

/// What is done with the Keep Alive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeepAliveUse {
    /// PINGREQ before the period ends and when nothing was received for long; no PINGRESP closes.
    #[default]
    Full,
    /// No PINGREQ at all.
    Never,
    /// PINGREQ is sent, its answer is not awaited.
    IgnoresMissingPingResp,
    /// PINGREQ only when nothing was *sent*: a dead peer is not noticed while publishing
    /// (FreeRTOS/coreMQTT#233).
    OnlyWhenNothingSent,
}

/// How packet identifiers are chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PacketIds {
    /// Never zero, never one that is in use (MQTT-2.3.1-1, MQTT-2.3.1-2).
    #[default]
    Fresh,
    /// Counts over ids that are still in use, within 1 to 4.
    IgnoresBusy,
    /// Zero is sent as the first identifier.
    StartsAtZero,
}

/// Which received QoS 1 messages are acknowledged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Acknowledge {
    /// All (MQTT-3.3.4-1).
    #[default]
    Always,
    /// None.
    Never,
    /// Those on subscribed topics only.
    KnownTopicsOnly,
    /// Those without DUP only.
    FirstDeliveryOnly,
}

/// In which order received QoS 1 messages are acknowledged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AckOrder {
    /// As they came (MQTT-4.6.0-2).
    #[default]
    Reception,
    /// The last of each batch first.
    Reversed,
}

/// When a QoS 1 message counts as delivered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Completion {
    /// When its own PUBACK has come.
    #[default]
    OwnAck,
    /// Any PUBACK completes the oldest message.
    AnyAck,
    /// When it was handed to the network.
    WhenSent,
}

/// What is sent again when a session is resumed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Resend {
    /// Every unacknowledged message in its order, same id, DUP set (MQTT-4.4.0-1, MQTT-4.6.0-1).
    #[default]
    SameIdDup,
    /// Same id, DUP not set.
    WithoutDup,
    /// As new messages with new ids.
    NewId,
    /// In reverse order.
    Reversed,
    /// Nothing: unacknowledged messages are forgotten.
    Never,
}

/// What a QoS 2 sender repeats after a cut.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Qos2Resume {
    /// PUBLISH before PUBREC, PUBREL after it (MQTT-4.3.3-1).
    #[default]
    WhereItWas,
    /// Always PUBLISH.
    FromTheStart,
}

/// What a QoS 2 receiver hands to the application.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Qos2Receive {
    /// Each message once (MQTT-4.3.3-2).
    #[default]
    Once,
    /// Every PUBLISH.
    EveryPublish,
}

/// Shape of SUBSCRIBE and UNSUBSCRIBE.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SubscribeForm {
    /// As the standard says.
    #[default]
    Exact,
    /// Flags 0000 instead of 0010 (against MQTT-3.8.1-1).
    ZeroFlags,
}

/// When subscriptions are made again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Resubscribe {
    /// When the server has no session (MQTT-3.2.2-3).
    #[default]
    WhenSessionAbsent,
    /// At each connection.
    Always,
    /// Only at the first connection.
    OnlyAtFirst,
}

/// What one read from the connection is taken for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReadUse {
    /// The next bytes of a stream, which holds packets in any pieces.
    #[default]
    Stream,
    /// One whole packet: less ends the connection, and what follows the packet is lost.
    OnePacket,
}

/// What is done with a packet that breaks the protocol.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Malformed {
    /// Close the connection (MQTT-4.8.0-1).
    #[default]
    Close,
    /// Leave the packet out and go on.
    Skip,
}

/// How a planned stop ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DisconnectForm {
    /// DISCONNECT is the last packet (MQTT-3.14.4-2).
    #[default]
    Orderly,
    /// The connection is closed without DISCONNECT.
    Absent,
    /// PINGREQ follows DISCONNECT.
    TalksAfter,
}
