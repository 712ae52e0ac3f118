//! How much memory a fleet takes: as many devices as the argument says, each with a network segment of its own, all
//! connected to one hub by MQTT over TLS at the same time. Both ends are counted, evidence is not kept.
//! `cargo run --release -p nanorig-rig --example fleet -- 1000`

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::ops::Range;
use std::process::ExitCode;
use std::time::Duration;

use nanorig_certs::RootName;
use nanorig_cloud::LocalCloud;
use nanorig_mcu::client::Credentials;
use nanorig_mcu::client::hub::{DeviceClient, DeviceClientOptions, Identity, Message};
use nanorig_mcu::tls::RootStore;
use nanorig_mcu::{Mcu, McuConfig, NetworkHelper, NetworkKind, Power, Profile};
use nanorig_trace::Utc;
use nanorig_world::lan::dns::DnsServer;
use nanorig_world::lan::ntp::NtpServer;
use nanorig_world::{Segment, SegmentConfig, World};
use serde_json::json;
use tokio::sync::mpsc;

const NAME_SERVER: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 53);
const TIME_SERVER: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 123);

/// From one device's power-on to the next one's: nobody plugs in a thousand devices at once.
const PLUGGING_IN: Duration = Duration::from_millis(100);

fn main() -> ExitCode {
    let devices = match std::env::args().nth(1).map(|count| count.parse()) {
        Some(Ok(devices @ 1..=1_000_000)) => devices,
        _ => return refuse("usage: fleet DEVICES, a number from 1 to 1000000"),
    };
    if resident_bytes().is_none() {
        return refuse("the memory of a process can only be measured on Linux (/proc/self/status)");
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    let connected = runtime.map_err(Into::into).and_then(|runtime| runtime.block_on(measure(devices)));
    match connected {
        Ok((connected, bytes)) => {
            let bytes_per_device = bytes / u64::from(devices);
            println!(
                "{}",
                json!({ "devices": devices, "bytes_per_device": bytes_per_device, "connected": connected })
            );
            if connected == devices { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => refuse(&error.to_string()),
    }
}

fn refuse(why: &str) -> ExitCode {
    eprintln!("{why}");
    ExitCode::FAILURE
}

/// How many devices are connected once all have sent a message, and by how much the process has grown for them.
pub(crate) async fn measure(devices: u32) -> Result<(u32, u64), Box<dyn Error>> {
    let world = World::new(1, Utc::parse("2026-03-01T12:00:00Z")?);
    let cloud = LocalCloud::start(&world)?;
    serve_lan(&world)?;
    let roots = RootStore::test(&cloud.pki, &[RootName::G2]);
    // The first one brings the program's own pages into memory, and the cloud's certificates.
    let _first = connect(&world, &cloud, &roots, 0..1).await?;
    let before = resident_bytes().unwrap_or_default();
    let clients = connect(&world, &cloud, &roots, 1..devices + 1).await?;
    let connected = clients.iter().filter(|client| client.is_connected()).count();
    let after = resident_bytes().unwrap_or_default();
    Ok((u32::try_from(connected)?, after.saturating_sub(before)))
}

/// Plugs in these devices, one after the other, and waits until each has sent its first message.
async fn connect(
    world: &World,
    cloud: &LocalCloud,
    roots: &RootStore,
    numbers: Range<u32>,
) -> Result<Vec<DeviceClient>, Box<dyn Error>> {
    let (ready, mut all_ready) = mpsc::unbounded_channel();
    let mut clients = Vec::with_capacity(numbers.len());
    for number in numbers {
        clients.push(device(world, cloud, roots, number, ready.clone())?);
        world.clock.sleep(PLUGGING_IN).await;
        drop(world.recorder.take());
    }
    for _ in &clients {
        all_ready.recv().await.ok_or("a device gave up")??;
    }
    drop(world.recorder.take());
    Ok(clients)
}

/// Name and time service of the internet, the same for everybody.
fn serve_lan(world: &World) -> Result<(), Box<dyn Error>> {
    let names = DnsServer::new();
    for (host, address) in LocalCloud::HOSTS {
        names.set_a(host, &[address])?;
    }
    names.set_a("pool.ntp.org", &[TIME_SERVER])?;
    names.serve(world, SocketAddrV4::new(NAME_SERVER, 53));
    NtpServer::new().serve(world, SocketAddrV4::new(TIME_SERVER, 123));
    Ok(())
}

type Outcome = Result<(), String>;

/// Plugs in one device, which tells when its first message is confirmed.
fn device(
    world: &World,
    cloud: &LocalCloud,
    roots: &RootStore,
    number: u32,
    ready: mpsc::UnboundedSender<Outcome>,
) -> Result<DeviceClient, Box<dyn Error>> {
    let mut segment = SegmentConfig::numbered(number);
    if let Some(dhcp) = &mut segment.dhcp {
        dhcp.dns = vec![NAME_SERVER];
    }
    let name = segment.name.clone();
    let mut config = McuConfig::new(&name);
    config.mac = segment.mac.0;
    config.roots = roots.clone();
    let (_, port) = Segment::new(world, segment);
    let profile = Profile::named("esp32-wroom").ok_or("the profile is embedded")?;
    let mcu = Mcu::new(world, port, profile, config);
    let credentials = Credentials::key(cloud.register(&name)?);
    let options = DeviceClientOptions::new(LocalCloud::HUB_HOST, Identity::device(name), credentials);
    let client = DeviceClient::new(&mcu, options);
    let hub = client.clone();
    Power::set_main(&mcu, move |mcu| {
        let (hub, ready) = (hub.clone(), ready.clone());
        async move {
            // Nobody listens any more when another device has failed.
            let _ = ready.send(first_message(&mcu, &hub).await);
        }
    });
    tokio::spawn(async move { Power::on(&mcu).await });
    Ok(client)
}

async fn first_message(mcu: &Mcu, hub: &DeviceClient) -> Outcome {
    let within = Duration::from_secs(60);
    let network = NetworkHelper::connect_with_time(mcu, NetworkKind::Any, within).await;
    network.map_err(|error| error.to_string())?;
    hub.open().await.map_err(|error| error.to_string())?;
    let message = Message::json(&json!({ "temperature": 21.5 }));
    hub.send_message(message).await.map_err(|error| error.to_string())
}

/// Resident memory of this process.
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1_024)
}
