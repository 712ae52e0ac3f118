//! Boots, resets, deep sleep, and what they cost.

#[cfg(test)]
mod bench;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bench::{Bench, echo};
use nanorig_mcu::power::{BootReason, Power, PowerState};
use nanorig_mcu::{NetError, NetworkHelper, NetworkKind, Profile};
use nanorig_trace::event::DeviceEvent;
use nanorig_trace::{Event, Utc};
use tokio::io::AsyncReadExt;

#[tokio::test(start_paused = true)]
async fn deep_sleep_keeps_the_clock_and_rtc_memory_and_nothing_else() {
    let bench = Bench::new("esp32-wroom");
    bench.up_with_time().await;
    let mut stream = bench.mcu.connect_tcp(bench::ECHO).await.unwrap();
    let _lost = bench.mcu.native().alloc(1_000, "application").unwrap();
    Power::set_rtc_memory(&bench.mcu, b"message 17").unwrap();
    let before = bench.now();
    Power::deep_sleep(&bench.mcu, Duration::from_secs(3_600)).await;
    assert_eq!(bench.now().since(before), Duration::from_secs(3_601), "an hour, and a second of boot");
    assert_eq!(Power::rtc_memory(&bench.mcu), b"message 17");
    assert_eq!(bench.mcu.native().stats().used, 0);
    assert_eq!(bench.mcu.sockets().stats().used, 0);
    assert_eq!(bench.mcu.address(), None);
    assert!(bench.mcu.is_time_valid());
    let drift = bench.clock_error();
    assert!(drift > Duration::from_millis(1) && drift < Duration::from_secs(37), "1 % at most: {drift:?}");
    let error = stream.read_u8().await.expect_err("its world has ended");
    assert_eq!(NetError::of(&error), NetError::Closed);
    NetworkHelper::connect(&bench.mcu, NetworkKind::Any).await.unwrap();
    echo(&bench.mcu, b"awake").await.unwrap();
    let states = bench.said(|event| match event {
        DeviceEvent::Power { state } => Some(state.clone()),
        _ => None,
    });
    assert_eq!(states, ["run", "deep-sleep", "run"]);
    let boots = bench.said(|event| match event {
        DeviceEvent::Boot { reason, count } => Some((reason.clone(), *count)),
        _ => None,
    });
    assert_eq!(boots, [("power-on".to_owned(), 1), ("deep-sleep".to_owned(), 2)]);
}

#[tokio::test(start_paused = true)]
async fn nobody_is_told_of_a_reset() {
    let bench = Bench::new("stm32f769i-disco");
    bench.up().await;
    let address = std::net::SocketAddrV4::new(bench::HUB, 1_883);
    let mut listener = bench.world.directory.listen("broker", address);
    let stream = bench.mcu.connect_tcp(address).await.unwrap();
    let mut served = listener.accept().await.unwrap().stream;
    Power::reset(&bench.mcu, BootReason::Watchdog).await;
    drop(stream);
    let mut byte = [0];
    let heard = tokio::time::timeout(Duration::from_secs(60), served.read(&mut byte)).await;
    assert!(heard.is_err(), "no FIN and no RST: {heard:?}");
    assert_eq!(bench.mcu.rng().below(1), 0);
    assert_eq!(Power::boots(&bench.mcu), 2);
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_a_device_that_loses_power_is_told() {
    let bench = Bench::new("esp32-wroom");
    let error = NetworkHelper::connect(&bench.mcu, NetworkKind::Any).await.expect_err("no power yet");
    assert_eq!(error, NetError::Closed);
    Power::on(&bench.mcu).await;
    let mcu = bench.mcu.clone();
    let waiting = tokio::spawn(async move { NetworkHelper::connect(&mcu, NetworkKind::Any).await });
    bench.sleep(1).await;
    Power::off(&bench.mcu);
    assert_eq!(waiting.await.unwrap(), Err(NetError::Closed));
    assert_eq!(bench.mcu.connect_tcp(bench::ECHO).await.map(drop).map_err(|e| e.kind()), Err("link-down"));
}

#[tokio::test(start_paused = true)]
async fn losing_the_supply_loses_the_clock_too() {
    let bench = Bench::new("stm32f769i-disco");
    bench.up_with_time().await;
    Power::set_rtc_memory(&bench.mcu, &[1; 4_096]).unwrap();
    assert!(Power::set_rtc_memory(&bench.mcu, &[1; 4_097]).is_err());
    Power::off(&bench.mcu);
    assert_eq!(Power::state(&bench.mcu), PowerState::Off);
    bench.sleep(100).await;
    Power::on(&bench.mcu).await;
    assert!(!bench.mcu.is_time_valid());
    let since = bench.mcu.device_utc().micros_since(Utc::parse("1980-01-01T00:00:00Z").unwrap());
    assert!((0..2_000_000).contains(&since), "the clock starts again: {since}");
    assert_eq!(Power::rtc_memory(&bench.mcu), b"");
    assert_eq!(Power::boots(&bench.mcu), 1);
}

#[tokio::test(start_paused = true)]
async fn a_duty_cycle_runs_by_itself_and_is_metered() {
    let bench = Bench::new("esp32-wroom");
    let cycles = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&cycles);
    Power::set_main(&bench.mcu, move |mcu| {
        let counter = Arc::clone(&counter);
        async move {
            let limit = Duration::from_secs(30);
            NetworkHelper::connect_with_time(&mcu, NetworkKind::Any, limit).await.unwrap();
            echo(&mcu, b"telemetry").await.unwrap();
            counter.fetch_add(1, Ordering::Relaxed);
            Power::deep_sleep(&mcu, Duration::from_secs(3_600)).await;
            unreachable!("deep sleep ends the task that asked for it");
        }
    });
    Power::on(&bench.mcu).await;
    bench.sleep(24 * 3_600).await;
    let count = cycles.load(Ordering::Relaxed);
    assert_eq!(count, 24);
    let energy = Power::energy(&bench.mcu);
    assert_eq!(energy.duration(), bench.now().since(nanorig_trace::Time::ZERO));
    let (awake, _) = energy.states[&PowerState::Run];
    assert!((30..240).contains(&awake.as_secs()), "{awake:?} awake in 24 cycles");
    let (_, asleep_uah) = energy.states[&PowerState::DeepSleep];
    assert!((118.0..121.0).contains(&asleep_uah), "5 uA for a day: {asleep_uah}");
    let (booting, boot_uah) = energy.states[&PowerState::Boot];
    assert_eq!(booting, Duration::from_secs(24));
    assert!((boot_uah - 24.0 * 250_000.0 / 3_600.0).abs() < 1e-6);
    let faults =
        bench.events(|event| matches!(event, Event::Device(DeviceEvent::Fault { .. })).then_some(()));
    assert_eq!(faults, []);
}

#[tokio::test(start_paused = true)]
async fn resets_during_bring_up_converge() {
    let profile = Profile::named("esp32-wroom").unwrap();
    let bench = Bench::with(9, profile, |_| {});
    let chance = bench.world.random.stream("resets");
    Power::set_main(&bench.mcu, |mcu| async move {
        let _ = NetworkHelper::start(&mcu, NetworkKind::Any);
        mcu.time_ready().await;
        let _ = echo(&mcu, &[1; 4_000]).await;
    });
    Power::on(&bench.mcu).await;
    for _ in 0..100 {
        let mcu = bench.mcu.clone();
        let reset = tokio::spawn(async move { Power::reset(&mcu, BootReason::Reset).await });
        bench.world.clock.sleep(chance.up_to(Duration::from_secs(20))).await;
        reset.abort();
    }
    bench.sleep(30).await;
    assert!(bench.mcu.address().is_some());
    assert!(bench.clock_error() < Duration::from_millis(20));
    bench.sleep(200).await;
    let stats = bench.mcu.sockets().stats();
    assert_eq!((stats.used, stats.tcp_pcbs), (0, 0));
    assert_eq!(Power::boots(&bench.mcu), 101);
}

#[tokio::test(start_paused = true)]
async fn a_boot_that_is_overtaken_by_another_does_not_run_the_application_twice() {
    let bench = Bench::new("esp32-wroom");
    let starts = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&starts);
    Power::set_main(&bench.mcu, move |_| {
        counter.fetch_add(1, Ordering::Relaxed);
        std::future::ready(())
    });
    let mcu = bench.mcu.clone();
    tokio::spawn(async move { Power::on(&mcu).await });
    bench.world.clock.sleep(Duration::from_millis(500)).await;
    Power::reset(&bench.mcu, BootReason::Reset).await;
    bench.sleep(5).await;
    assert_eq!(starts.load(Ordering::Relaxed), 1);
    assert_eq!(bench.said(|event| (event.name() == "main").then_some(())).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_gives_the_same_records() {
    let run = |seed| async move {
        let bench = Bench::with(seed, Profile::named("esp32-wroom").unwrap(), |_| {});
        bench.up_with_time().await;
        echo(&bench.mcu, b"telemetry").await.unwrap();
        Power::deep_sleep(&bench.mcu, Duration::from_secs(600)).await;
        bench.world.recorder.take()
    };
    let first = run(5).await;
    assert_eq!(first, run(5).await);
    assert_ne!(first, run(6).await);
}
