//! Values that packets of both versions have.

use bytes::Bytes;
use nanorig_wire::mqtt::{PacketId, QoS, Sender, check_topic_name};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

pub(crate) fn id() -> impl Strategy<Value = PacketId> {
    (1..=u16::MAX).prop_map(|id| PacketId::new(id).expect("not zero"))
}

pub(crate) fn qos() -> impl Strategy<Value = QoS> {
    select(vec![QoS::AtMostOnce, QoS::AtLeastOnce, QoS::ExactlyOnce])
}

pub(crate) fn sender() -> impl Strategy<Value = Sender> {
    select(vec![Sender::Client, Sender::Server])
}

pub(crate) fn text() -> impl Strategy<Value = String> {
    vec(any::<char>().prop_filter("not U+0000", |c| *c != '\0'), 0..40).prop_map(|c| c.into_iter().collect())
}

pub(crate) fn bytes() -> impl Strategy<Value = Bytes> {
    vec(any::<u8>(), 0..300).prop_map(Bytes::from)
}

pub(crate) fn topic() -> impl Strategy<Value = String> {
    text().prop_filter("a topic name", |topic| check_topic_name(topic).is_ok())
}

/// Levels that a topic filter may begin with.
pub(crate) fn levels() -> impl Strategy<Value = String> {
    vec(prop_oneof![Just("+".to_owned()), "[a-z$é]{0,5}"], 1..5).prop_map(|levels| levels.join("/"))
}
