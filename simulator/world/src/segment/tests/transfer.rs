//! TCP over bad links: every byte arrives, in order, and nothing hangs.

use std::time::Duration;

use super::bench::{Bench, exchange, path};
use crate::PathSettings;

/// Runs `seeds` connections, each in a world of its own, and gives the number of those that ended
/// with an error of the network. Wrong bytes and hanging for an hour fail the test.
fn run(seeds: std::ops::Range<u64>, bytes: usize, path: &PathSettings) -> usize {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let mut failed = 0;
    for seed in seeds {
        let result = runtime.block_on(async {
            let mut bench = Bench::new(seed, path.clone());
            let client = bench.connect();
            let both = async {
                client.connected().await?;
                let server = bench.listener.accept().await.expect("the listener is open").stream;
                let (a, b) = tokio::join!(exchange(client, bytes), exchange(server, bytes));
                a.and(b)
            };
            tokio::time::timeout(Duration::from_secs(3_600), both).await
        });
        match result {
            Ok(Ok(())) => {}
            Ok(Err(_)) => failed += 1,
            Err(_) => panic!("seed {seed}: hangs"),
        }
    }
    failed
}

#[test]
fn a_good_link_delivers_every_byte() {
    assert_eq!(run(0..5, 200_000, &path()), 0);
}

#[test]
fn loss_duplication_and_reordering_lose_no_byte() {
    let jitter = Duration::from_millis(15);
    let path = PathSettings { loss: 0.05, duplicate: 0.1, reorder: 0.2, jitter, ..path() };
    assert_eq!(run(0..1_000, 20_000, &path), 0);
}

#[test]
fn corruption_is_caught_by_checksums() {
    let path = PathSettings { loss: 0.02, corrupt: 0.05, reorder: 0.1, ..path() };
    assert_eq!(run(1_000..2_000, 20_000, &path), 0);
}

#[test]
fn a_path_mtu_of_576_works_because_the_mss_is_clamped() {
    assert_eq!(run(0..3, 50_000, &PathSettings { mtu: 576, ..path() }), 0);
}
