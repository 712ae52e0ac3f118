//! MQTT 5.0 control packets with all their properties, strict in both directions.
//!
//! Clauses are those of the OASIS standard MQTT 5.0 (`MQTT-3.1.2-3` is a numbered statement, `MQTT-3.1.2.11` a section).
//! Packet types, identifiers, QoS, topics and the [`Framer`](crate::mqtt::Framer) are those of [`mqtt`](crate::mqtt): they are
//! the same in both versions. Sessions, aliases, windows and what to answer are not known here. Read [`Packet`] first,
//! then [`Properties`]; [`protocol_level`](crate::mqtt::protocol_level) tells which module a CONNECT is for.

mod ack;
mod auth;
mod blame;
mod connack;
mod connect;
mod disconnect;
mod field;
mod filter;
mod packet;
mod properties;
mod property;
mod publish;
mod reason;
mod suback;
mod subscribe;
mod unsubscribe;
mod will;

pub use ack::Ack;
pub use auth::Auth;
pub use blame::reason_code;
pub use connack::ConnAck;
pub use connect::Connect;
pub use disconnect::Disconnect;
pub use field::{AuthenticationData, SubscriptionId};
pub use filter::{check_filter, is_shared};
pub use packet::Packet;
pub use properties::Properties;
pub use property::{Place, Property};
pub use publish::Publish;
pub use reason::ReasonCode;
pub use suback::{SubAck, UnsubAck};
pub use subscribe::{Filter, RetainHandling, Subscribe};
pub use unsubscribe::Unsubscribe;
pub use will::Will;
