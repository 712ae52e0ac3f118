//! Each work-around for smoltcp 0.14 over many seeds: what it prevents does not happen.
//!
//! `Stack::bare` switches them off, to show that the tests would notice.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::bench::{Bench, exchange, path};
use crate::PathSettings;
use crate::segment::stack::Bare;

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap()
}

/// Requests and answers, one every `pause`. Gives the mean time until an answer came.
fn conversation(seed: u64, bare: Bare, path: PathSettings, rounds: u32, pause: Duration) -> Duration {
    runtime().block_on(async {
        let mut bench = Bench::new(seed, path);
        bench.segment.run_bare(bare);
        let (mut client, server) = bench.pair().await;
        tokio::spawn(async move {
            let (mut reader, mut writer) = tokio::io::split(server.stream);
            let _ = tokio::io::copy(&mut reader, &mut writer).await;
        });
        let mut total = Duration::ZERO;
        for round in 0..rounds {
            bench.world.clock.sleep(pause).await;
            let began = bench.world.clock.now();
            client.write_all(&round.to_be_bytes()).await.unwrap();
            let mut answer = [0; 4];
            tokio::time::timeout(Duration::from_secs(600), client.read_exact(&mut answer))
                .await
                .unwrap_or_else(|_| panic!("seed {seed}: no answer in round {round}"))
                .unwrap();
            assert_eq!(answer, round.to_be_bytes());
            total += bench.world.clock.now().since(began);
        }
        total / rounds
    })
}

fn mean(seeds: std::ops::Range<u64>, run: impl Fn(u64) -> Duration) -> Duration {
    let count = u32::try_from(seeds.end - seeds.start).unwrap();
    seeds.map(run).sum::<Duration>() / count
}

/// Both sides send at once. Gives the time until both have everything.
fn crossing(seed: u64, bare: Bare, path: PathSettings) -> Duration {
    runtime().block_on(async {
        let mut bench = Bench::new(seed, path);
        bench.segment.run_bare(bare);
        let (client, server) = bench.pair().await;
        let began = bench.world.clock.now();
        let both = async { tokio::join!(exchange(client, 30_000), exchange(server.stream, 30_000)) };
        let (a, b) = tokio::time::timeout(Duration::from_secs(3_600), both)
            .await
            .unwrap_or_else(|_| panic!("seed {seed}: hangs"));
        assert!(a.is_ok() && b.is_ok(), "seed {seed}: {a:?} {b:?}");
        bench.world.clock.now().since(began)
    })
}

#[test]
fn ack_ratchet_saves_reordered_text() {
    let path = || PathSettings { reorder: 0.2, jitter: Duration::from_millis(15), ..path() };
    let with = mean(0..100, |seed| crossing(seed, Bare::default(), path()));
    let without = mean(0..100, |seed| crossing(seed, Bare { ratchet: true, ..Bare::default() }, path()));
    assert!(without > with * 3 / 2, "with {with:?}, without {without:?}");
}

#[test]
fn arp_refresh_keeps_the_router_known() {
    let lost = |bare: Bare| {
        mean(0..40, |seed| {
            let pause = Duration::from_secs(62);
            conversation(seed, bare, path(), 30, pause)
        })
    };
    let with = lost(Bare::default());
    let without = lost(Bare { arp: true, ..Bare::default() });
    // 20 ms each way, and nothing else: no ARP round trip before the first packet after a pause.
    assert!(with < Duration::from_millis(43), "{with:?}");
    assert!(without >= Duration::from_millis(60), "with {with:?}, without {without:?}");
}

/// The seeds whose connection does not carry 5,000 bytes both ways in a quarter of an hour.
fn hanging(seeds: std::ops::Range<u64>, bare: Bare) -> Vec<u64> {
    let path = PathSettings { loss: 0.05, duplicate: 0.1, reorder: 0.1, ..path() };
    let runtime = runtime();
    let hangs = |seed: &u64| {
        runtime.block_on(async {
            let mut bench = Bench::new(*seed, path.clone());
            bench.segment.run_bare(bare);
            let (client, server) = bench.pair().await;
            let both = async { tokio::join!(exchange(client, 5_000), exchange(server.stream, 5_000)) };
            tokio::time::timeout(Duration::from_secs(900), both).await.is_err()
        })
    };
    seeds.filter(hangs).collect()
}

#[test]
fn duplicate_ack_filter_leaves_no_connection_hanging() {
    let with = hanging(0..1_000, Bare::default());
    assert!(with.is_empty(), "seeds {with:?}");
    let without = hanging(0..200, Bare { duplicates: true, ..Bare::default() });
    assert!(!without.is_empty(), "nothing hangs without the filter either");
}

#[test]
fn copies_of_a_syn_make_no_second_connection() {
    let path =
        PathSettings { loss: 0.1, duplicate: 0.9, reorder: 0.3, jitter: Duration::from_millis(50), ..path() };
    let runtime = runtime();
    for seed in 0..300 {
        runtime.block_on(async {
            let mut bench = Bench::new(seed, path.clone());
            let (client, server) = bench.pair().await;
            let (a, b) = tokio::join!(exchange(client, 100), exchange(server.stream, 100));
            assert!(a.is_ok() && b.is_ok(), "seed {seed}: {a:?} {b:?}");
            let second = tokio::time::timeout(Duration::from_secs(300), bench.listener.accept()).await;
            assert!(second.is_err(), "seed {seed}: a copy of the SYN was accepted too");
        });
    }
}

#[test]
fn one_four_tuple_lives_many_lives() {
    let path = PathSettings { loss: 0.03, duplicate: 0.1, reorder: 0.2, ..path() };
    let runtime = runtime();
    for seed in 0..300 {
        runtime.block_on(async {
            let mut bench = Bench::new(seed, path.clone());
            for life in 0..6 {
                let options = crate::TcpOptions { local_port: Some(50_000), ..crate::TcpOptions::default() };
                let client = bench.connect_with(options);
                client.connected().await.unwrap_or_else(|e| panic!("seed {seed}, life {life}: {e}"));
                let server = bench.listener.accept().await.unwrap().stream;
                let (a, b) = tokio::join!(exchange(client, 3_000), exchange(server, 3_000));
                assert!(a.is_ok() && b.is_ok(), "seed {seed}, life {life}: {a:?} {b:?}");
                bench.sleep(130).await; // Until the port is free again.
            }
        });
    }
}
