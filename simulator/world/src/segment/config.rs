//! What a segment is made with.

use std::fmt;
use std::net::Ipv4Addr;

use crate::lan::dhcp;
use crate::link::LinkSettings;

/// An Ethernet address.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mac(pub [u8; 6]);

impl Mac {
    /// Every station.
    pub const BROADCAST: Self = Self([0xFF; 6]);
}

impl fmt::Display for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
    }
}

impl fmt::Debug for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Whether one host can have `ip`: it is neither unspecified nor loopback, multicast or broadcast
/// (RFC 1122 3.2.1.3). A stack takes no other, whatever a server leases.
#[must_use]
pub const fn is_host_address(ip: Ipv4Addr) -> bool {
    !(ip.is_unspecified() || ip.is_loopback() || ip.is_multicast() || ip.is_broadcast())
}

/// An address that no host can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is no address for a host")]
pub struct NotAHostAddress(pub Ipv4Addr);

/// The device's IPv4 configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ipv4Config {
    /// Its address.
    pub address: Ipv4Addr,
    /// Length of the network prefix, 0 to 32.
    pub prefix: u8,
    /// Router for everything else.
    pub gateway: Option<Ipv4Addr>,
}

/// How a segment is made.
#[derive(Clone, Debug)]
pub struct SegmentConfig {
    /// Names its random streams and its interface in the capture; unique in a world. Default `device`.
    pub name: String,
    /// The device's Ethernet address. Default 24:0a:c4:00:00:01.
    pub mac: Mac,
    /// The gateway's Ethernet address. Default 02:00:00:00:00:fe.
    pub gateway_mac: Mac,
    /// The gateway's address at the start. Default 192.168.4.1.
    pub gateway: Ipv4Addr,
    /// Largest IP packet that the two stacks make; sets the MSS they offer. Default 1500.
    pub mtu: u16,
    /// Receive buffer of each connection at the gateway in bytes. Default 4096.
    pub server_receive_bytes: usize,
    /// Send buffer of each connection at the gateway in bytes. Default 4096.
    pub server_send_bytes: usize,
    /// The link.
    pub link: LinkSettings,
    /// The segment's DHCP server; none: nobody answers. Default: one that leases 192.168.4.2.
    pub dhcp: Option<dhcp::Settings>,
}

impl Default for SegmentConfig {
    fn default() -> Self {
        Self {
            name: "device".into(),
            mac: Mac([0x24, 0x0A, 0xC4, 0, 0, 1]),
            gateway_mac: Mac([2, 0, 0, 0, 0, 0xFE]),
            gateway: Ipv4Addr::new(192, 168, 4, 1),
            mtu: 1_500,
            server_receive_bytes: 4_096,
            server_send_bytes: 4_096,
            link: LinkSettings::default(),
            dhcp: Some(dhcp::Settings::default()),
        }
    }
}

impl SegmentConfig {
    /// The segment of device number `index` of a fleet: own name, Ethernet address and /29
    /// in 10.0.0.0/8, so that servers can tell devices apart by address. Its gateway has buffers of half the
    /// usual size, as memory is what limits a fleet. Range: below 2 million.
    #[must_use]
    pub fn numbered(index: u32) -> Self {
        let base = 0x0A00_0000 | ((index & 0x001F_FFFF) << 3);
        let gateway = Ipv4Addr::from_bits(base + 1);
        let [_, a, b, c] = index.to_be_bytes();
        Self {
            name: format!("device-{index}"),
            mac: Mac([0x24, 0x0A, 0xC4, a, b, c]),
            gateway,
            dhcp: Some(dhcp::Settings {
                address: Ipv4Addr::from_bits(base + 2),
                prefix: 29,
                router: gateway,
                dns: vec![gateway],
                ..dhcp::Settings::default()
            }),
            server_receive_bytes: 2_048,
            server_send_bytes: 2_048,
            ..Self::default()
        }
    }
}
