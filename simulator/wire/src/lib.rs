//! Bytes to packets and back: strict decoders that name the violated clause.
//!
//! Covers MQTT, what Azure IoT Hub and DPS put into MQTT (user names, topics,
//! property bags, bodies, SAS tokens), the LAN protocols of a small device and the
//! first bytes of TLS. The crate knows no clock, no I/O and no policy: whether a
//! server accepts a packet is for the server to say. Start with [`mqtt::Packet`].

pub mod dps;
pub mod hub;
pub mod lan;
pub mod mqtt;
pub mod mqtt5;
mod octets;
pub mod percent;
mod query;
pub mod sas;
mod service_error;
pub mod tls;
