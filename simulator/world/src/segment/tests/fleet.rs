//! Many segments in one world.

use nanorig_trace::Utc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::bench::SERVER;
use crate::segment::Shared;
use crate::{Ipv4Config, Segment, SegmentConfig, TcpOptions, World};

#[tokio::test(start_paused = true)]
async fn servers_tell_devices_apart_by_address() {
    let world = World::new(1, Utc::UNIX_EPOCH);
    let mut listener = world.directory.listen("server", SERVER);
    let mut devices = Vec::new();
    for index in 0..200 {
        let config = SegmentConfig::numbered(index);
        let lease = config.dhcp.clone().unwrap();
        let (_segment, port) = Segment::new(&world, config);
        port.set_link(true);
        port.configure(Ipv4Config {
            address: lease.address,
            prefix: lease.prefix,
            gateway: Some(lease.router),
        })
        .unwrap();
        devices.push(port.tcp_connect(SERVER, TcpOptions::default()).unwrap());
    }
    let mut addresses = std::collections::BTreeSet::new();
    for _ in 0..200 {
        let mut incoming = listener.accept().await.unwrap();
        addresses.insert(*incoming.device.ip());
        incoming.stream.write_all(b"hi").await.unwrap();
    }
    assert_eq!(addresses.len(), 200);
    for mut device in devices {
        let mut text = Vec::new();
        device.read_to_end(&mut text).await.unwrap();
        assert_eq!(text, b"hi");
    }
}

#[test]
fn an_idle_segment_is_small() {
    let bytes = size_of::<Shared>();
    assert!(bytes < 4_096, "{bytes} bytes before any socket");
}
