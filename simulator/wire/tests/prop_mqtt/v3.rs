//! MQTT 3.1.1.

use bytes::Bytes;
use nanorig_wire::mqtt::{
    ConnAck, Connect, ConnectCode, Framer, Packet, Publish, QoS, Sender, SubAck, SubAckCode, Subscribe,
    TopicFilter, Unsubscribe, Will, check_topic_filter,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::strategies::{bytes, id, levels, qos, sender, text, topic};

fn filter() -> impl Strategy<Value = String> {
    levels()
        .prop_flat_map(|filter| prop_oneof![Just(filter.clone()), Just(format!("{filter}/#"))])
        .prop_filter("a topic filter", |filter| check_topic_filter(filter).is_ok())
}

fn will() -> impl Strategy<Value = Will> {
    (topic(), bytes(), qos(), any::<bool>()).prop_map(|(topic, payload, qos, retain)| Will {
        topic,
        payload,
        qos,
        retain,
    })
}

fn connect() -> impl Strategy<Value = Connect> {
    let credentials = option::of((text(), option::of(bytes())));
    let protocol = select(vec![("MQTT", 4), ("MQIsdp", 3)]);
    (protocol, any::<bool>(), any::<u16>(), text(), option::of(will()), credentials).prop_map(
        |((name, level), clean_session, keep_alive, client_id, will, credentials)| {
            let (username, password) =
                credentials.map_or((None, None), |(user, password)| (Some(user), password));
            let protocol_name = name.to_owned();
            Connect { protocol_name, level, clean_session, keep_alive, client_id, will, username, password }
        },
    )
}

fn publish() -> impl Strategy<Value = Publish> {
    (any::<bool>(), qos(), any::<bool>(), topic(), id(), bytes()).prop_map(
        |(dup, qos, retain, topic, id, payload)| {
            let acknowledged = qos != QoS::AtMostOnce;
            Publish { dup: dup && acknowledged, qos, retain, topic, id: acknowledged.then_some(id), payload }
        },
    )
}

fn suback_code() -> impl Strategy<Value = SubAckCode> {
    prop_oneof![qos().prop_map(SubAckCode::Granted), Just(SubAckCode::Failure)]
}

fn connack() -> impl Strategy<Value = ConnAck> {
    (any::<bool>(), select(ConnectCode::ALL.to_vec())).prop_map(|(present, code)| ConnAck {
        session_present: present && code == ConnectCode::Accepted,
        code,
    })
}

/// Any valid packet, with one who may send it.
fn packet() -> impl Strategy<Value = (Packet, Sender)> {
    let client = prop_oneof![
        connect().prop_map(Packet::Connect),
        (id(), vec((filter(), qos()), 1..5))
            .prop_map(|(id, filters)| Packet::Subscribe(Subscribe { id, filters })),
        (id(), vec(filter(), 1..5))
            .prop_map(|(id, filters)| Packet::Unsubscribe(Unsubscribe { id, filters })),
        Just(Packet::PingReq),
        Just(Packet::Disconnect),
    ];
    let server = prop_oneof![
        connack().prop_map(Packet::ConnAck),
        (id(), vec(suback_code(), 1..9)).prop_map(|(id, codes)| Packet::SubAck(SubAck { id, codes })),
        id().prop_map(Packet::UnsubAck),
        Just(Packet::PingResp),
    ];
    let both = prop_oneof![
        publish().prop_map(Packet::Publish),
        id().prop_map(Packet::PubAck),
        id().prop_map(Packet::PubRec),
        id().prop_map(Packet::PubRel),
        id().prop_map(Packet::PubComp),
    ];
    prop_oneof![
        client.prop_map(|packet| (packet, Sender::Client)),
        server.prop_map(|packet| (packet, Sender::Server)),
        (both, select(vec![Sender::Client, Sender::Server])),
    ]
}

/// Cuts `stream` into pieces at `cuts` and returns the frames that come out.
fn frames(stream: &[u8], cuts: &[Index]) -> Vec<Bytes> {
    let mut borders: Vec<usize> = cuts.iter().map(|cut| cut.index(stream.len() + 1)).collect();
    borders.extend([0, stream.len()]);
    borders.sort_unstable();
    let mut framer = Framer::new(usize::MAX);
    let mut frames = Vec::new();
    for piece in borders.windows(2) {
        framer.push(&stream[piece[0]..piece[1]]);
        while let Some(frame) = framer.next_frame().expect("valid packets have frames") {
            frames.push(frame);
        }
    }
    assert!(framer.pending().is_empty());
    frames
}

proptest! {
    #[test]
    fn what_is_encoded_is_decoded((packet, from) in packet()) {
        let bytes = packet.to_bytes().unwrap();
        prop_assert_eq!(Packet::decode(&bytes, from), Ok(packet));
    }

    #[test]
    fn what_is_decoded_is_encoded(first in any::<u8>(), body in vec(any::<u8>(), 0..40), from in sender()) {
        let mut bytes = vec![first, u8::try_from(body.len()).unwrap()];
        bytes.extend(body);
        if let Ok(packet) = Packet::decode(&bytes, from) {
            prop_assert_eq!(packet.to_bytes().unwrap(), bytes);
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in vec(any::<u8>(), 0..200), from in sender()) {
        if let Err(error) = Packet::decode(&bytes, from) {
            prop_assert!(error.clause.starts_with("MQTT-"));
            prop_assert!(error.offset <= bytes.len().max(1));
            let clause = format!("[{}]", error.clause);
            prop_assert!(error.to_string().ends_with(&clause));
        }
    }

    #[test]
    fn a_changed_byte_never_panics((packet, from) in packet(), at in any::<Index>(), byte in any::<u8>()) {
        let mut bytes = packet.to_bytes().unwrap().to_vec();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(Packet::Connect(connect)) = Packet::decode(&bytes, from) {
            let _ = connect.validate();
        }
    }

    #[test]
    fn a_shortened_packet_is_rejected((packet, from) in packet(), cut in any::<Index>()) {
        let bytes = packet.to_bytes().unwrap();
        prop_assert!(Packet::decode(&bytes[..cut.index(bytes.len())], from).is_err());
    }

    #[test]
    fn the_pieces_of_a_stream_do_not_matter(
        packets in vec(packet(), 0..6),
        cuts in vec(any::<Index>(), 0..12),
    ) {
        let expected: Vec<Bytes> = packets.iter().map(|(packet, _)| packet.to_bytes().unwrap()).collect();
        prop_assert_eq!(frames(&expected.concat(), &cuts), expected);
    }

    #[test]
    fn the_framer_holds_no_more_than_it_was_given(bytes in vec(any::<u8>(), 0..200), limit in 0usize..300) {
        let mut framer = Framer::new(limit);
        framer.push(&bytes);
        let mut taken = 0;
        while let Ok(Some(frame)) = framer.next_frame() {
            prop_assert!(frame.len() <= limit);
            taken += frame.len();
        }
        prop_assert_eq!(taken + framer.pending().len(), bytes.len());
    }

    #[test]
    fn a_filter_without_wildcards_matches_itself_alone(topic in topic(), other in topic()) {
        let filter = TopicFilter::new(topic.clone()).unwrap();
        prop_assert!(filter.matches(&topic));
        prop_assert_eq!(filter.matches(&other), topic == other);
    }
}
