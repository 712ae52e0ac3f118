//! MQTT control packets: 3.1.1, and CONNECT of 3.1. Those of 5.0 are in [`mqtt5`](crate::mqtt5), which shares the parts that are
//! the same in both.
//!
//! Clauses are those of the OASIS standard MQTT 3.1.1 (`MQTT-3.1.2-3` is a numbered
//! statement, `MQTT-2.2.3` a section without one). Sessions, timers and what to
//! answer are not known here. Read [`Packet`] first, then [`Framer`].

mod ack;
mod connack;
mod connect;
pub(crate) mod connect_flags;
mod empty;
mod error;
pub(crate) mod fixed_header;
mod framer;
mod level;
mod packet;
mod packet_id;
mod publish;
pub(crate) mod publish_flags;
mod qos;
pub(crate) mod reader;
mod suback;
mod subscribe;
mod topic;
mod unsubscribe;
pub(crate) mod varint;
pub(crate) mod writer;

pub use connack::{ConnAck, ConnectCode};
pub use connect::{Connect, Will};
pub use error::{DecodeError, EncodeError, Fault};
pub use fixed_header::MAX_REMAINING_LENGTH;
pub use framer::Framer;
pub use level::protocol_level;
pub use packet::{Packet, PacketType, Sender};
pub use packet_id::PacketId;
pub use publish::Publish;
pub use qos::QoS;
pub use suback::{SubAck, SubAckCode};
pub use subscribe::Subscribe;
pub use topic::{TopicFault, TopicFilter, check_topic_filter, check_topic_name};
pub use unsubscribe::Unsubscribe;
