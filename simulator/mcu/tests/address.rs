//! From power to an address, and back to one after every loss.

#[cfg(test)]
mod bench;

use std::net::Ipv4Addr;
use std::time::Duration;

use bench::{Bench, echo};
use nanorig_mcu::power::{BootReason, Power};
use nanorig_mcu::{NetError, NetworkHelper, NetworkKind, Profile};
use nanorig_trace::Time;
use nanorig_trace::event::DeviceEvent;
use nanorig_wire::lan::dhcp::Kind;
use nanorig_world::lan::dhcp::{Behaviour, Settings};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

#[tokio::test(start_paused = true)]
async fn a_board_boots_to_address_and_time() {
    for name in ["esp32-wroom", "stm32f769i-disco", "stm32l4-minimal"] {
        let bench = Bench::new(name);
        Power::on(&bench.mcu).await;
        assert_eq!(bench.now(), Time::ZERO + bench.mcu.profile().boot.time, "{name}");
        assert!(!bench.mcu.is_time_valid(), "{name}");
        let limit = Duration::from_secs(30);
        let address = NetworkHelper::connect_with_time(&bench.mcu, NetworkKind::Any, limit).await.unwrap();
        assert_eq!(address.ip, Ipv4Addr::new(192, 168, 4, 2));
        assert_eq!(address.dns, bench::NAME_SERVERS);
        assert!(bench.clock_error() < Duration::from_millis(20), "{name}: {:?}", bench.clock_error());
        assert!(bench.now() < Time::from_secs(10), "{name} took until {}", bench.now());
        let names = bench.said(|event| Some(event.name()));
        let place = |wanted| names.iter().position(|name| *name == wanted).expect("it happened");
        let order = ["boot", "main", "link", "address", "resolved", "clock-set"];
        assert!(order.windows(2).all(|pair| place(pair[0]) < place(pair[1])), "{name}: {names:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn waiting_for_an_address_grows_and_differs_by_seed() {
    let gaps = |seed| async move {
        let bench = Bench::with(seed, Profile::named("stm32f769i-disco").unwrap(), |_| {});
        bench.segment.dhcp().unwrap().set_behaviour(Behaviour::Silent);
        Power::on(&bench.mcu).await;
        NetworkHelper::start(&bench.mcu, NetworkKind::Any).unwrap();
        bench.sleep(300).await;
        let times: Vec<Time> = bench.dhcp_messages().into_iter().map(|(at, _)| at).collect();
        bench.segment.dhcp().unwrap().set_behaviour(Behaviour::Normal);
        bench.sleep(80).await;
        assert!(bench.mcu.address().is_some(), "it gets there in the end");
        times.windows(2).map(|pair| pair[1].since(pair[0]).as_secs_f64()).collect::<Vec<f64>>()
    };
    let first = gaps(1).await;
    assert!(first.len() >= 6);
    assert!(first.windows(2).all(|pair| pair[1] > pair[0] || pair[0] > 62.9), "{first:?}");
    assert!(first.iter().all(|gap| *gap <= 65.1), "{first:?}");
    assert_ne!(first, gaps(2).await);
}

#[tokio::test(start_paused = true)]
async fn renewal_and_rebinding_leave_a_connection_alone() {
    let bench = Bench::new("stm32f769i-disco");
    let dhcp = bench.segment.dhcp().unwrap();
    let mut settings = dhcp.settings();
    settings.lease = Duration::from_secs(120);
    dhcp.set(settings);
    bench.up().await;
    let mut stream = bench.mcu.connect_tcp(bench::ECHO).await.unwrap();
    let bound = bench.dhcp_messages().last().unwrap().0;
    dhcp.set_behaviour(Behaviour::SilentToUnicast);
    bench.sleep(110).await;
    let after: Vec<_> = bench.dhcp_messages().into_iter().filter(|(at, _)| *at > bound).collect();
    let seconds: Vec<u64> = after.iter().map(|(at, _)| at.since(bound).as_secs()).collect();
    assert_eq!(seconds, [60, 105]);
    assert!(
        after.iter().all(|(_, message)| message.kind == Kind::Request && message.ciaddr.octets()[3] == 2)
    );
    stream.write_all(b"still here").await.unwrap();
    let mut back = [0; 10];
    stream.read_exact(&mut back).await.unwrap();
    assert_eq!(&back, b"still here");
    assert_eq!(bench.said(|event| (event.name() == "address-lost").then_some(())), []);
}

#[tokio::test(start_paused = true)]
async fn a_nak_moves_the_device_to_the_new_network() {
    let bench = Bench::new("stm32f769i-disco");
    let dhcp = bench.segment.dhcp().unwrap();
    let mut settings = dhcp.settings();
    settings.lease = Duration::from_secs(120);
    dhcp.set(settings.clone());
    bench.up().await;
    let mut stream = bench.mcu.connect_tcp(bench::ECHO).await.unwrap();
    settings.address = Ipv4Addr::new(10, 9, 8, 7);
    settings.router = Ipv4Addr::new(10, 9, 8, 1);
    dhcp.set(settings);
    bench.sleep(62).await;
    let lost = bench.said(|event| match event {
        DeviceEvent::AddressLost { reason } => Some(reason.clone()),
        _ => None,
    });
    assert_eq!(lost, ["nak"]);
    assert_eq!(bench.mcu.address().unwrap().ip, Ipv4Addr::new(10, 9, 8, 7));
    let error = stream.write_all(b"from the old address").await.expect_err("its address is gone");
    assert_eq!(NetError::of(&error).kind(), "no-address");
    drop(stream);
    echo(&bench.mcu, b"from the new one").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_ends_is_not_used_any_more() {
    let bench = Bench::new("stm32f769i-disco");
    let dhcp = bench.segment.dhcp().unwrap();
    let mut settings = dhcp.settings();
    settings.lease = Duration::from_secs(120);
    dhcp.set(settings);
    bench.up().await;
    dhcp.set_behaviour(Behaviour::Silent);
    bench.sleep(121).await;
    assert_eq!(bench.mcu.address(), None);
    assert_eq!(bench.mcu.connect_tcp(bench::ECHO).await.map(drop), Err(NetError::NoAddress));
    dhcp.set_behaviour(Behaviour::Normal);
    bench.sleep(66).await;
    echo(&bench.mcu, b"again").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_wrong_passphrase_is_told_from_a_missing_access_point() {
    let profile = Profile::named("esp32-wroom").unwrap();
    let bench = Bench::with(1, profile, |config| config.wifi.passphrase = "wrong".into());
    Power::on(&bench.mcu).await;
    let error = NetworkHelper::connect(&bench.mcu, NetworkKind::Wifi).await.expect_err("it is refused");
    assert_eq!(error, NetError::LinkDown { detail: "wrong-passphrase".into() });
    assert_eq!(error.kind(), "link-down");
    bench.access_point.set_passphrase("wrong");
    bench.sleep(60).await;
    assert!(bench.mcu.address().is_some(), "the station goes on trying");
}

#[tokio::test(start_paused = true)]
async fn an_old_refusal_is_not_the_answer_to_a_new_question() {
    let profile = Profile::named("esp32-wroom").unwrap();
    let bench = Bench::with(1, profile, |config| config.wifi.passphrase = "wrong".into());
    Power::on(&bench.mcu).await;
    let connect = || NetworkHelper::connect(&bench.mcu, NetworkKind::Wifi);
    connect().await.expect_err("it is refused");
    let before = bench.now();
    connect().await.expect_err("it is refused again");
    assert!(bench.now().since(before) >= Duration::from_secs(4), "by a handshake of its own");
    bench.access_point.set_passphrase("wrong");
    connect().await.expect("the next attempt has the right passphrase");

    let profile = Profile::named("esp32-wroom").unwrap();
    let bench = Bench::with(1, profile, |config| config.wifi.passphrase = "wrong".into());
    Power::on(&bench.mcu).await;
    NetworkHelper::start(&bench.mcu, NetworkKind::Wifi).unwrap();
    let link = &bench.mcu.profile().link;
    let handshake = link.start + link.scan_channel.unwrap() * 6 + link.association.unwrap();
    bench.world.clock.sleep(handshake + Duration::from_secs(1)).await;
    bench.access_point.set_passphrase("wrong");
    let connected = NetworkHelper::connect(&bench.mcu, NetworkKind::Wifi).await;
    connected.expect("the attempt under way has failed already, and does not count");
}

#[tokio::test(start_paused = true)]
async fn a_lease_of_a_group_address_is_not_used() {
    let bench = Bench::new("stm32f769i-disco");
    bench.up().await;
    let dhcp = bench.segment.dhcp().unwrap();
    let good = dhcp.settings();
    let group = Ipv4Addr::new(224, 0, 0, 1);
    dhcp.set(Settings { address: group, router: group, ..good.clone() });
    Power::reset(&bench.mcu, BootReason::Reset).await;
    NetworkHelper::start(&bench.mcu, NetworkKind::Any).unwrap();
    bench.sleep(300).await;
    assert_eq!(bench.mcu.address(), None);
    dhcp.set(good);
    bench.sleep(80).await;
    echo(&bench.mcu, b"from an address of one host").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_access_point_goes_and_comes_back() {
    let bench = Bench::new("esp32-wroom");
    bench.up().await;
    let mut stream = bench.mcu.connect_tcp(bench::ECHO).await.unwrap();
    bench.access_point.set_present(false);
    bench.sleep(3).await;
    bench.access_point.set_present(true);
    bench.sleep(10).await;
    stream.write_all(b"x").await.unwrap();
    assert_eq!(stream.read_u8().await.unwrap(), b'x', "a short loss is not noticed");

    bench.access_point.set_present(false);
    bench.sleep(7).await;
    assert!(!bench.mcu.is_link_up());
    assert_eq!(bench.mcu.address(), None);
    bench.sleep(300).await;
    bench.access_point.set_present(true);
    bench.sleep(90).await;
    echo(&bench.mcu, b"back").await.unwrap();
    let details = bench.said(|event| match event {
        DeviceEvent::Link { up, detail, .. } => Some((*up, detail.clone())),
        _ => None,
    });
    assert_eq!(details[0], (true, "associated".into()));
    assert_eq!(details[1], (false, "access-point-lost".into()));
    assert_eq!(details[2], (false, "no-access-point".into()));
    assert_eq!(details.last().unwrap(), &(true, "associated".into()));
    assert!(details.len() < 16, "attempts grow apart: {}", details.len());
}

#[tokio::test(start_paused = true)]
async fn a_network_that_is_absent_at_boot_is_waited_for() {
    for name in ["esp32-c3", "orgpal-palthree"] {
        let bench = Bench::new(name);
        bench.access_point.set_present(false);
        Power::on(&bench.mcu).await;
        NetworkHelper::start(&bench.mcu, NetworkKind::Any).unwrap();
        bench.sleep(300).await;
        assert_eq!(bench.mcu.address(), None);
        bench.access_point.set_present(true);
        bench.sleep(90).await;
        assert!(bench.mcu.address().is_some(), "{name}");
        assert_eq!(Power::boots(&bench.mcu), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_board_has_only_its_own_kind_of_network() {
    let bench = Bench::new("stm32f439");
    Power::on(&bench.mcu).await;
    let error = NetworkHelper::start(&bench.mcu, NetworkKind::Wifi).expect_err("no radio");
    assert_eq!(error, NetError::LinkDown { detail: "no-wifi".into() });
}
