//! MQTT 5.0.

use bytes::Bytes;
use nanorig_wire::mqtt::{Framer, MAX_REMAINING_LENGTH, PacketType, QoS, Sender, protocol_level};
use nanorig_wire::mqtt5::{
    Ack, Auth, AuthenticationData, ConnAck, Connect, Disconnect, Filter, Packet, Place, Properties, Property,
    Publish, ReasonCode, RetainHandling, SubAck, Subscribe, SubscriptionId, UnsubAck, Unsubscribe, Will,
    check_filter, reason_code,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::strategies::{bytes, id, levels, qos, sender, text, topic};

fn filter() -> impl Strategy<Value = String> {
    levels()
        .prop_flat_map(|filter| {
            prop_oneof![Just(filter.clone()), Just(format!("{filter}/#")), Just(format!("$share/g/{filter}"))]
        })
        .prop_filter("a topic filter", |filter| check_filter(filter).is_ok())
}

/// Any property with a value that is allowed.
fn property() -> impl Strategy<Value = Property> {
    let numbers = prop_oneof![
        any::<u32>().prop_map(Property::MessageExpiryInterval),
        any::<u32>().prop_map(Property::SessionExpiryInterval),
        any::<u32>().prop_map(Property::WillDelayInterval),
        (1..=u32::MAX).prop_map(Property::MaximumPacketSize),
        (1..=268_435_455_u32).prop_map(|id| Property::SubscriptionIdentifier(SubscriptionId(id))),
        any::<u16>().prop_map(Property::ServerKeepAlive),
        (1..=u16::MAX).prop_map(Property::ReceiveMaximum),
        any::<u16>().prop_map(Property::TopicAliasMaximum),
        (1..=u16::MAX).prop_map(Property::TopicAlias),
    ];
    let texts = prop_oneof![
        text().prop_map(Property::ContentType),
        topic().prop_map(Property::ResponseTopic),
        text().prop_map(Property::AssignedClientIdentifier),
        text().prop_map(Property::AuthenticationMethod),
        text().prop_map(Property::ResponseInformation),
        text().prop_map(Property::ServerReference),
        text().prop_map(Property::ReasonString),
        (text(), text()).prop_map(Property::UserProperty),
    ];
    let rest = prop_oneof![
        bytes().prop_map(Property::CorrelationData),
        bytes().prop_map(|data| Property::AuthenticationData(AuthenticationData(data))),
        (select(FLAGS.to_vec()), any::<bool>()).prop_map(|(flag, value)| flag(value)),
    ];
    prop_oneof![numbers, texts, rest]
}

const FLAGS: [fn(bool) -> Property; 8] = [
    Property::PayloadFormatIndicator,
    Property::RequestProblemInformation,
    Property::RequestResponseInformation,
    Property::MaximumQoS,
    Property::RetainAvailable,
    Property::WildcardSubscriptionAvailable,
    Property::SubscriptionIdentifierAvailable,
    Property::SharedSubscriptionAvailable,
];

/// Properties that may stand at `place` when `from` sends it.
fn properties(place: Place, from: Sender) -> impl Strategy<Value = Properties> {
    vec(property(), 0..12).prop_map(move |all| {
        let mut kept: Vec<Property> = Vec::new();
        for property in all {
            let wrong_way = match property {
                Property::SubscriptionIdentifier(_) => place == Place::Publish && from == Sender::Client,
                Property::SessionExpiryInterval(_) => place == Place::Disconnect && from == Sender::Server,
                Property::ServerReference(_) => place == Place::Disconnect && from == Sender::Client,
                _ => false,
            };
            let again = kept.iter().any(|other| other.id() == property.id()) && !property.may_repeat(place);
            if property.belongs_to(place) && !wrong_way && !again {
                kept.push(property);
            }
        }
        let has_method = kept.iter().any(|property| matches!(property, Property::AuthenticationMethod(_)));
        kept.retain(|property| has_method || !matches!(property, Property::AuthenticationData(_)));
        Properties(kept)
    })
}

fn reason(packet: PacketType, from: Sender) -> impl Strategy<Value = ReasonCode> {
    let codes = ReasonCode::ALL.iter().copied();
    select(codes.filter(|code| code.belongs_to(packet) && code.is_sent_by(packet, from)).collect::<Vec<_>>())
}

fn connect() -> impl Strategy<Value = Connect> {
    let will = (topic(), bytes(), qos(), any::<bool>(), properties(Place::Will, Sender::Client)).prop_map(
        |(topic, payload, qos, retain, properties)| Will { topic, payload, qos, retain, properties },
    );
    let head = (any::<bool>(), any::<u16>(), properties(Place::Connect, Sender::Client), text());
    (head, option::of(will), option::of(text()), option::of(bytes())).prop_map(
        |((clean_start, keep_alive, properties, client_id), will, username, password)| Connect {
            clean_start,
            keep_alive,
            properties,
            client_id,
            will,
            username,
            password,
        },
    )
}

fn publish(from: Sender) -> impl Strategy<Value = Packet> {
    let flags = (any::<bool>(), qos(), any::<bool>());
    (flags, topic(), id(), properties(Place::Publish, from), bytes()).prop_map(
        |((dup, qos, retain), topic, id, properties, payload)| {
            let acknowledged = qos != QoS::AtMostOnce;
            let (dup, id) = (dup && acknowledged, acknowledged.then_some(id));
            Packet::Publish(Publish { dup, qos, retain, topic, id, properties, payload })
        },
    )
}

fn ack(packet: PacketType, place: Place, from: Sender) -> impl Strategy<Value = Ack> {
    (id(), reason(packet, from), properties(place, from)).prop_map(|(id, reason, properties)| Ack {
        id,
        reason,
        properties,
    })
}

fn subscribe() -> impl Strategy<Value = Packet> {
    let handling = select(vec![RetainHandling::Send, RetainHandling::SendIfNew, RetainHandling::DoNotSend]);
    let one = (filter(), qos(), any::<bool>(), any::<bool>(), handling).prop_map(
        |(filter, qos, no_local, retain_as_published, retain_handling)| {
            let no_local = no_local && !filter.starts_with("$share/");
            Filter { filter, qos, no_local, retain_as_published, retain_handling }
        },
    );
    (id(), properties(Place::Subscribe, Sender::Client), vec(one, 1..5))
        .prop_map(|(id, properties, filters)| Packet::Subscribe(Subscribe { id, properties, filters }))
}

fn of_client() -> impl Strategy<Value = Packet> {
    let from = Sender::Client;
    prop_oneof![
        connect().prop_map(Packet::Connect),
        subscribe(),
        (id(), properties(Place::Unsubscribe, from), vec(filter(), 1..5)).prop_map(
            |(id, properties, filters)| Packet::Unsubscribe(Unsubscribe { id, properties, filters })
        ),
        Just(Packet::PingReq),
    ]
}

fn of_server() -> impl Strategy<Value = Packet> {
    let from = Sender::Server;
    prop_oneof![
        (any::<bool>(), reason(PacketType::ConnAck, from), properties(Place::ConnAck, from)).prop_map(
            |(present, reason, properties)| Packet::ConnAck(ConnAck {
                session_present: present && !reason.is_failure(),
                reason,
                properties
            })
        ),
        (id(), properties(Place::SubAck, from), vec(reason(PacketType::SubAck, from), 1..9))
            .prop_map(|(id, properties, codes)| Packet::SubAck(SubAck { id, properties, codes })),
        (id(), properties(Place::UnsubAck, from), vec(reason(PacketType::UnsubAck, from), 1..9))
            .prop_map(|(id, properties, codes)| Packet::UnsubAck(UnsubAck { id, properties, codes })),
        Just(Packet::PingResp),
    ]
}

fn of_both(from: Sender) -> impl Strategy<Value = Packet> {
    prop_oneof![
        publish(from),
        ack(PacketType::PubAck, Place::PubAck, from).prop_map(Packet::PubAck),
        ack(PacketType::PubRec, Place::PubRec, from).prop_map(Packet::PubRec),
        ack(PacketType::PubRel, Place::PubRel, from).prop_map(Packet::PubRel),
        ack(PacketType::PubComp, Place::PubComp, from).prop_map(Packet::PubComp),
        (reason(PacketType::Disconnect, from), properties(Place::Disconnect, from))
            .prop_map(|(reason, properties)| Packet::Disconnect(Disconnect { reason, properties })),
        (reason(PacketType::Auth, from), properties(Place::Auth, from), text()).prop_map(
            |(reason, mut properties, method)| {
                if properties.authentication_method().is_none() {
                    properties.push(Property::AuthenticationMethod(method));
                }
                Packet::Auth(Auth { reason, properties })
            }
        ),
    ]
}

/// Any valid packet, with one who may send it.
fn packet() -> impl Strategy<Value = (Packet, Sender)> {
    prop_oneof![
        of_client().prop_map(|packet| (packet, Sender::Client)),
        of_server().prop_map(|packet| (packet, Sender::Server)),
        of_both(Sender::Client).prop_map(|packet| (packet, Sender::Client)),
        of_both(Sender::Server).prop_map(|packet| (packet, Sender::Server)),
    ]
}

proptest! {
    #[test]
    fn what_is_encoded_is_decoded((packet, from) in packet()) {
        let bytes = packet.to_bytes().unwrap();
        prop_assert_eq!(Packet::decode(&bytes, from), Ok(packet));
    }

    /// Longer forms of the same packet are taken, and written in the shortest.
    #[test]
    fn what_is_decoded_is_encoded_to_the_same(first in any::<u8>(), body in vec(any::<u8>(), 0..40), from in sender()) {
        let mut bytes = vec![first, u8::try_from(body.len()).unwrap()];
        bytes.extend(body);
        if let Ok(packet) = Packet::decode(&bytes, from) {
            let again = packet.to_bytes().unwrap();
            prop_assert!(again.len() <= bytes.len());
            prop_assert_eq!(Packet::decode(&again, from), Ok(packet));
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in vec(any::<u8>(), 0..200), from in sender()) {
        let _ = protocol_level(&bytes);
        if let Err(error) = Packet::decode(&bytes, from) {
            prop_assert!(error.clause.starts_with("MQTT-"));
            prop_assert!(error.offset <= bytes.len().max(1));
            prop_assert!(reason_code(&error).is_failure());
            let clause = format!("[{}]", error.clause);
            prop_assert!(error.to_string().ends_with(&clause));
        }
    }

    #[test]
    fn a_changed_byte_never_panics((packet, from) in packet(), at in any::<Index>(), byte in any::<u8>()) {
        let mut bytes = packet.to_bytes().unwrap().to_vec();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(packet) = Packet::decode(&bytes, from) {
            prop_assert!(!packet.to_string().is_empty());
            prop_assert!(packet.to_bytes().is_ok());
        }
    }

    #[test]
    fn a_shortened_packet_is_rejected((packet, from) in packet(), cut in any::<Index>()) {
        let bytes = packet.to_bytes().unwrap();
        prop_assert!(Packet::decode(&bytes[..cut.index(bytes.len())], from).is_err());
    }

    #[test]
    fn the_framer_cuts_what_was_encoded(packets in vec(packet(), 1..6)) {
        let frames: Vec<Bytes> = packets.iter().map(|(packet, _)| packet.to_bytes().unwrap()).collect();
        let mut framer = Framer::new(MAX_REMAINING_LENGTH);
        frames.iter().for_each(|frame| framer.push(frame));
        let cut: Vec<Bytes> = std::iter::from_fn(|| framer.next_frame().unwrap()).collect();
        prop_assert_eq!(cut, frames);
    }

    #[test]
    fn a_connect_is_known_by_its_level(connect in connect()) {
        let bytes = Packet::Connect(connect).to_bytes().unwrap();
        prop_assert_eq!(protocol_level(&bytes), Some(5));
        prop_assert!(nanorig_wire::mqtt::Packet::decode(&bytes, Sender::Client).is_err());
    }

    #[test]
    fn secrets_are_not_shown(connect in connect()) {
        let data = Bytes::from_static(b"hidden-hidden");
        let properties = Properties(vec![
            Property::AuthenticationMethod("SAS".into()),
            Property::AuthenticationData(AuthenticationData(data.clone())),
        ]);
        let packet = Packet::Connect(Connect { properties, password: Some(data), ..connect });
        let shown = format!("{packet} {packet:?}");
        prop_assert!(!shown.contains("hidden-hidden"));
    }
}

#[test]
fn fields_beyond_their_length_bytes_have_no_layout() {
    let long = "x".repeat(65_536);
    let with = |property| {
        Packet::Disconnect(Disconnect { reason: ReasonCode::Success, properties: Properties(vec![property]) })
    };
    let fits = with(Property::ReasonString("x".repeat(65_535)));
    assert_eq!(Packet::decode(&fits.to_bytes().unwrap(), Sender::Client), Ok(fits));
    let error = with(Property::ReasonString(long.clone())).to_bytes().unwrap_err();
    assert_eq!(error.to_string(), "reason string of 65536 bytes is longer than 65535");
    assert!(with(Property::user("k", long)).to_bytes().is_err());
    let mut out = vec![1];
    assert!(with(Property::ReasonString("x".repeat(65_536))).encode(&mut out).is_err());
    assert_eq!(out, [1], "nothing is written");
}
