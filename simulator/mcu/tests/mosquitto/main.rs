//! Eclipse Mosquitto judges the MQTT client: real time, the emulated network, and a broker that nobody here wrote.
//!
//! `cargo xtask test` installs the broker.

#![expect(clippy::unwrap_used, reason = "helpers of tests are not seen as tests")]

mod delivery;
mod scene;
mod security;
mod sessions;

// Shared with the other tests of this crate.
#[path = "../bench/mod.rs"]
mod bench;
