//! What is around an example's device: Wi-Fi, name and time service, the local cloud, and somebody who uses it.

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::Duration;

use nanorig_certs::RootName;
use nanorig_cloud::LocalCloud;
use nanorig_cloud::hub::registry::IfMatch;
use nanorig_cloud::hub::twin::TwinUpdate;
use nanorig_cloud::hub::{Identity, MethodCall};
use nanorig_mcu::tls::RootStore;
use nanorig_mcu::{Mcu, McuConfig, Profile};
use nanorig_trace::Utc;
use nanorig_trace::event::{DeviceEvent, Event};
use nanorig_world::lan::dhcp;
use nanorig_world::lan::dns::DnsServer;
use nanorig_world::lan::ntp::NtpServer;
use nanorig_world::{LinkSettings, PathSettings, Segment, SegmentConfig, World};
use serde_json::Value;

const TIME_SERVER: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 123);

/// An office with one device in it.
pub(crate) struct Office {
    pub(crate) mcu: Mcu,
    pub(crate) cloud: LocalCloud,
}

impl Office {
    /// An ESP32 called `device`, without power yet.
    pub(crate) fn new(device: &str) -> Result<Self, Box<dyn Error>> {
        let world = World::new(1, Utc::parse("2026-03-01T12:00:00Z")?);
        let cloud = LocalCloud::start(&world)?;
        let names = DnsServer::new();
        for (host, address) in LocalCloud::HOSTS {
            names.set_a(host, &[address])?;
        }
        names.set_a("pool.ntp.org", &[TIME_SERVER])?;
        NtpServer::new().serve(&world, SocketAddrV4::new(TIME_SERVER, 123));
        let lease = dhcp::Settings::default();
        for address in &lease.dns {
            names.serve(&world, SocketAddrV4::new(*address, 53));
        }
        let path = PathSettings { latency: Duration::from_millis(20), ..PathSettings::default() };
        let link = LinkSettings::both(path);
        let segment = SegmentConfig { link, dhcp: Some(lease), ..SegmentConfig::default() };
        let (_, port) = Segment::new(&world, segment);
        let mut config = McuConfig::new(device);
        config.roots = RootStore::test(&cloud.pki, &[RootName::G2]);
        let profile = Profile::named("esp32-wroom").ok_or("the profile is embedded")?;
        Ok(Self { mcu: Mcu::new(&world, port, profile, config), cloud })
    }

    /// Calls a method as soon as the device is there for it.
    pub(crate) async fn call(
        &self,
        device: &str,
        name: &str,
        payload: Value,
    ) -> Result<Value, Box<dyn Error>> {
        let mut call = MethodCall::new(name).with_payload(payload);
        call.connect_timeout = Duration::from_secs(60);
        let answer = self.cloud.hub.invoke_method(&Identity::device(device), call).await?;
        Ok(answer.payload.unwrap_or_default())
    }

    /// Sets desired properties.
    pub(crate) fn wish(&self, device: &str, patch: Value) -> Result<(), Box<dyn Error>> {
        let (device, update) = (Identity::device(device), TwinUpdate::desired(patch));
        self.cloud.hub.with(|hub, now| hub.update_twin(now, &device, &update, &IfMatch::Any))?;
        Ok(())
    }

    /// What the device's console has shown so far.
    pub(crate) fn console(&self) -> Vec<String> {
        let mut lines = Vec::new();
        self.mcu.world().recorder.visit_from(0, |record| {
            if let Event::Device(event) = &record.event
                && let Some(text) = line(event)
            {
                lines.push(format!("[{:>12}] {text}", record.at.to_string()));
            }
        });
        lines
    }
}

/// What a firmware's log says about an event.
fn line(event: &DeviceEvent) -> Option<String> {
    Some(match event {
        DeviceEvent::Boot { reason, count } => format!("boot {count}, {reason}"),
        DeviceEvent::Link { up: true, medium, detail } => format!("{medium} {detail}"),
        DeviceEvent::Address { ip, prefix, .. } => format!("address {ip}/{prefix}"),
        DeviceEvent::ClockSet { after, server, .. } => format!("{server} says that it is {after}"),
        DeviceEvent::Registered { hub, device_id } => format!("assigned to {hub} as {device_id}"),
        DeviceEvent::TlsConnected { host, version, suite, .. } => format!("{version} to {host}, {suite}"),
        DeviceEvent::Status { client, status, reason } => format!("{client} {status}, {reason}"),
        DeviceEvent::Desired { version, applied: true, properties, .. } => {
            format!("desired version {version}: {properties}")
        }
        DeviceEvent::Console { text } => text.clone(),
        _ => return None,
    })
}
