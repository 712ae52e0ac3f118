//! The network of a simulated run: link, LAN services, time servers, access point.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::sync::{Mutex, PoisonError};

use nanorig_dut::setup::{NetworkSetup, WifiSetup};
use nanorig_mcu::AccessPoint;
use nanorig_mcu::profile::Profile;
use nanorig_trace::event::{NetworkEvent, PathCondition};
use nanorig_world::fault::FaultId;
use nanorig_world::lan::dhcp::{self, DhcpHandle};
use nanorig_world::lan::dns::DnsServer;
use nanorig_world::lan::ntp::NtpServer;
use nanorig_world::link::LinkHandle;
use nanorig_world::{DevicePort, LinkSettings, PathSettings, Segment, SegmentConfig, World};

use super::BuildError;

/// Delay between the local network and the cloud when the scenario gives no latency.
const TO_THE_CLOUD: std::time::Duration = std::time::Duration::from_millis(10);

/// Where time servers are.
const TIME_SERVERS: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 1);

/// Where DNS servers after the router are.
const DNS_SERVERS: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 53);

const DNS_PORT: u16 = 53;
const NTP_PORT: u16 = 123;

/// The network and what can be changed in it.
pub(crate) struct NetworkStage {
    pub(crate) link: LinkHandle,
    pub(crate) dhcp: DhcpHandle,
    pub(crate) dns: DnsServer,
    /// Time servers, in the device's order of preference.
    pub(crate) ntp: Vec<NtpServer>,
    pub(crate) access_point: AccessPoint,
    /// Faults that were inserted by name and go on.
    pub(crate) faults: Mutex<Vec<(&'static str, FaultId)>>,
    addresses: Mutex<BTreeMap<String, Ipv4Addr>>,
    /// The segment's task ends with this.
    _segment: Segment,
}

impl NetworkStage {
    pub(crate) fn build(
        world: &World,
        setup: &NetworkSetup,
        time_servers: &[String],
        profile: &Profile,
    ) -> Result<(Self, DevicePort), BuildError> {
        let mut config =
            SegmentConfig { mtu: setup.mtu, link: link(setup, profile), ..SegmentConfig::default() };
        let mut lease = dhcp::Settings { lease: setup.lease, ..dhcp::Settings::default() };
        lease.dns.extend(further_dns_servers(setup));
        config.dhcp = Some(lease.clone());
        let (segment, port) = Segment::new(world, config);
        let dns = DnsServer::new();
        dns.set_ttl(setup.dns_ttl);
        for address in &lease.dns {
            dns.serve(world, SocketAddrV4::new(*address, DNS_PORT));
        }
        for (host, addresses) in &setup.hosts {
            dns.set_a(host, addresses).map_err(|error| bad_host(host, &error))?;
        }
        let ntp = serve_time(world, &dns, time_servers, setup)?;
        let WifiSetup { ssid, passphrase } = &setup.wifi;
        let stage = Self {
            link: segment.link(),
            dhcp: segment.dhcp().ok_or(BuildError::Bench("the segment has no DHCP server".into()))?,
            dns,
            ntp,
            access_point: AccessPoint::new(ssid, passphrase),
            faults: Mutex::default(),
            addresses: Mutex::default(),
            _segment: segment,
        };
        stage.tell_link(world);
        Ok((stage, port))
    }

    /// Records what the link is like, at the start and after each change.
    pub(crate) fn tell_link(&self, world: &World) {
        let LinkSettings { up, down } = self.link.settings();
        let (from_device, to_device) = (condition(&up), condition(&down));
        world.recorder.record(NetworkEvent::LinkSettings { from_device, to_device });
    }

    /// Gives a host of the cloud a name.
    pub(crate) fn name(&self, world: &World, host: &str, address: Ipv4Addr) -> Result<(), BuildError> {
        self.dns.set_a(host, &[address]).map_err(|error| bad_host(host, &error))?;
        if let Some(capture) = &world.capture {
            capture.name(address, host);
        }
        self.lock_addresses().insert(host.to_ascii_lowercase(), address);
        Ok(())
    }

    /// The present address of a host of the cloud.
    pub(crate) fn address_of(&self, host: &str) -> Option<Ipv4Addr> {
        self.lock_addresses().get(&host.to_ascii_lowercase()).copied()
    }

    /// Answers DNS at another address too, for a lease that names it.
    pub(crate) fn serve_dns_at(&self, world: &World, address: Ipv4Addr) {
        self.dns.serve(world, SocketAddrV4::new(address, DNS_PORT));
    }

    fn lock_addresses(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Ipv4Addr>> {
        self.addresses.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn link(setup: &NetworkSetup, profile: &Profile) -> LinkSettings {
    LinkSettings::both(PathSettings {
        latency: setup.latency.unwrap_or_else(|| profile.link.rtt / 2 + TO_THE_CLOUD),
        jitter: setup.jitter,
        loss: setup.loss,
        duplicate: setup.duplicate,
        corrupt: setup.corrupt,
        reorder: setup.reorder,
        bandwidth: setup.bandwidth.or(Some(profile.link.bandwidth)),
        mtu: setup.mtu,
    })
}

fn condition(path: &PathSettings) -> PathCondition {
    let micros = |span: std::time::Duration| u64::try_from(span.as_micros()).unwrap_or(u64::MAX);
    PathCondition {
        latency_us: micros(path.latency),
        jitter_us: micros(path.jitter),
        loss: path.loss,
        duplicate: path.duplicate,
        corrupt: path.corrupt,
        reorder: path.reorder,
        bandwidth: path.bandwidth,
        mtu: path.mtu,
    }
}

/// Those that DHCP names after the router, at addresses that count up.
fn further_dns_servers(setup: &NetworkSetup) -> impl Iterator<Item = Ipv4Addr> {
    (1..setup.dns_servers).map(|number| Ipv4Addr::from_bits(DNS_SERVERS.to_bits() + u32::from(number) - 1))
}

/// One server for each name that the device asks, at addresses that count up.
fn serve_time(
    world: &World,
    dns: &DnsServer,
    names: &[String],
    setup: &NetworkSetup,
) -> Result<Vec<NtpServer>, BuildError> {
    let mut servers = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let offset = u32::try_from(index).map_err(|_| BuildError::Bench("too many time servers".into()))?;
        let address = Ipv4Addr::from_bits(TIME_SERVERS.to_bits() + offset);
        let server = NtpServer::new();
        server.set_delay(setup.ntp_delay);
        server.serve(world, SocketAddrV4::new(address, NTP_PORT));
        dns.set_a(name, &[address]).map_err(|error| bad_host(name, &error))?;
        servers.push(server);
    }
    Ok(servers)
}

fn bad_host(host: &str, error: &impl std::fmt::Display) -> BuildError {
    BuildError::Bench(format!("`{host}` cannot be a host name: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Set-up and link name the same qualities, as a set-up is for any bench and knows no link. Their defaults are one.
    #[test]
    fn a_set_up_that_says_nothing_is_a_link_without_faults() {
        let profile = Profile::named("esp32-wroom").unwrap();
        let built = link(&NetworkSetup::default(), &profile);
        let of_the_board = PathSettings {
            latency: profile.link.rtt / 2 + TO_THE_CLOUD,
            bandwidth: Some(profile.link.bandwidth),
            ..PathSettings::default()
        };
        assert_eq!(built, LinkSettings::both(of_the_board));
    }
}
