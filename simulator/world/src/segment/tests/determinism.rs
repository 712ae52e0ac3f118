//! One seed, one capture.

use std::time::Duration;

use nanorig_trace::Utc;
use sha2::{Digest, Sha256};

use super::bench::{Bench, exchange, path};
use crate::{PathSettings, World};

/// The digest of the capture of some connections over a bad link.
fn digest(seed: u64) -> [u8; 32] {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let capture = runtime.block_on(async {
        let world = World::new(seed, Utc::from_unix_secs(1_772_366_400)).with_capture();
        let jitter = Duration::from_millis(9);
        let path =
            PathSettings { loss: 0.05, duplicate: 0.05, reorder: 0.05, corrupt: 0.02, jitter, ..path() };
        let mut bench = Bench::in_world(world, path);
        for _ in 0..5 {
            let client = bench.connect();
            if client.connected().await.is_err() {
                continue;
            }
            let server = bench.listener.accept().await.unwrap().stream;
            let _ = tokio::join!(exchange(client, 9_000), exchange(server, 9_000));
        }
        bench.world.capture.unwrap().finish()
    });
    assert!(capture.len() > 50_000);
    Sha256::digest(&capture).into()
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_does_not() {
    assert_eq!(digest(7), digest(7));
    assert_ne!(digest(7), digest(8));
}
