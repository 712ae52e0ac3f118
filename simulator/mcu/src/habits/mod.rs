//! Every decision that the firmware takes, as plain data.
//!
//! `Default` is the reference: the device that passes every check. A quirk changes
//! single fields. Nothing here is a budget (that is the profile) or an address
//! (that is the configuration).

mod cloud;
mod net;
mod tls;

pub use cloud::*;
pub use net::{DhcpHabits, DnsHabits, NetHabits, SntpHabits, TcpHabits, WifiHabits};
pub use tls::*;

/// The decisions of one firmware.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Habits {
    /// Link, DHCP, DNS, SNTP, TCP.
    pub net: NetHabits,
    /// TLS client.
    pub tls: TlsHabits,
    /// MQTT, DPS and IoT Hub clients.
    pub cloud: CloudHabits,
}
