//! The emulated microcontroller: budgets, network stack, protocol clients, personas, power.
//!
//! A device here is firmware for a constrained board: it has a native and a managed heap, a few
//! sockets, small TLS records, a clock that somebody must set, and it loses nearly everything in deep sleep.
//! Public types carry the names of the .NET nanoFramework libraries, so that an application written against
//! them reads like firmware.
//!
//! It meets the rest of the simulation as bytes on a link ([`nanorig_world::DevicePort`]) and as evidence in the
//! trace. It knows no server, no scenario and no check.

pub mod client;
mod device_clock;
pub mod habits;
pub mod heap;
pub mod net;
pub mod persona;
pub mod power;
pub mod profile;
pub mod quirk;
pub mod runtime;
pub mod socket_table;
pub mod tls;

pub use device_clock::PLAUSIBLE_FROM;
pub use habits::Habits;
pub use heap::Heap;
pub use net::{NetError, NetworkHelper, NetworkKind, Sntp, TcpStream};
pub use power::Power;
pub use profile::Profile;
pub use runtime::{AccessPoint, Mcu, McuConfig, WifiCredentials};
