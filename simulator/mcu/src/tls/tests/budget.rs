//! What fits the device and what does not.

use std::time::Duration;

use nanorig_certs::{ChainKind, ClientKind, Pki, RootName};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::parties::{Device, HOST, ping};
use crate::profile::Profile;
use crate::tls::{RootStore, TlsError, TlsOptions, TlsVersions};

/// Bytes that the heap may add to a measured figure, for the headers and the granularity of its blocks.
const GRANULES: usize = 128;

fn close_to(actual: usize, measured: usize) {
    assert!(
        (measured..measured + GRANULES).contains(&actual),
        "{actual} bytes on the heap, measured {measured}"
    );
}

/// Steady and peak bytes of one connection beyond what the library holds once.
async fn cost(profile: &str, versions: TlsVersions, client: bool) -> (usize, usize) {
    let device = Device::new(profile);
    let client = client.then(|| device.pki.client("device-1", ClientKind::GroupSigned));
    let options = TlsOptions { client, ..TlsOptions::default() };
    let server = device.server(ChainKind::Good, versions);
    let stream = device.connect_with(&server, &options).await.unwrap();
    let (used, peak) = (device.heap.stats().used, device.heap.stats().peak);
    stream.close().await;
    let startup = device.heap.stats().used;
    (used - startup, peak - startup)
}

/// The table of what was measured, each row with the 1,792 bytes of contexts that it leaves out.
#[tokio::test(start_paused = true)]
async fn connections_cost_what_was_measured() {
    for (profile, versions, client, peak, steady) in [
        ("esp32-wroom", TlsVersions::Tls12, false, 36_106, 15_958),
        ("esp32-wroom", TlsVersions::Tls13, false, 37_214, 33_534),
        ("esp32-wroom", TlsVersions::Tls12, true, 44_552, 22_844),
        ("stm32f769i-disco", TlsVersions::Tls12, false, 48_394, 40_534),
        ("stm32f769i-disco", TlsVersions::Tls13, false, 55_880, 45_822),
        ("stm32f769i-disco", TlsVersions::Tls12, true, 56_840, 47_420),
    ] {
        let actual = cost(profile, versions, client).await;
        close_to(actual.0, steady + 1_792);
        close_to(actual.1, peak + 1_792);
    }
}

#[tokio::test(start_paused = true)]
async fn the_heap_returns_to_the_byte() {
    for (versions, kind) in [
        (TlsVersions::Tls12, ChainKind::Good),
        (TlsVersions::Tls13, ChainKind::Good),
        (TlsVersions::Tls12, ChainKind::Oversized8k),
        (TlsVersions::Tls13, ChainKind::ExpiredLeaf),
        (TlsVersions::Tls12, ChainKind::WrongKey),
    ] {
        let device = Device::new("esp32-wroom");
        let server = device.server(kind, versions);
        drop(device.connect(&server).await);
        let before = device.heap.stats();
        for _ in 0..20 {
            match device.connect(&server).await {
                Ok(mut stream) => {
                    ping(&mut stream, &[7; 3_000]).await;
                    stream.close().await;
                }
                Err(error) => assert!(kind.flaw().is_some(), "{error}"),
            }
            let after = device.heap.stats();
            assert_eq!(
                (after.used, after.blocks, after.largest),
                (before.used, before.blocks, before.largest)
            );
            assert_eq!(device.sockets.stats().tls_used, 0);
        }
    }
}

/// On 72 KiB two TLS 1.2 connections fit; of TLS 1.3, one.
#[tokio::test(start_paused = true)]
async fn a_connection_that_does_not_fit_fails_as_out_of_memory() {
    for (versions, fits) in [(TlsVersions::Tls12, 2), (TlsVersions::Tls13, 1)] {
        let device = Device::new("esp32-wroom");
        let server = device.server(ChainKind::Good, versions);
        let mut streams = Vec::new();
        for _ in 0..fits {
            streams.push(device.connect(&server).await.unwrap());
        }
        let before = device.heap.stats();
        let error = device.connect(&server).await.unwrap_err();
        assert!(matches!(error, TlsError::OutOfMemory(_)), "{versions:?}: {error}");
        assert_eq!(device.failures(), ["out-of-memory"]);
        assert_eq!(device.heap.stats().used, before.used, "the attempt leaves nothing behind");
        for stream in &mut streams {
            ping(stream, b"still there").await;
        }
        streams.pop();
        assert!(device.connect(&server).await.is_ok(), "room again");
    }
}

#[tokio::test(start_paused = true)]
async fn the_largest_block_counts_and_not_only_the_sum() {
    let device = Device::new("esp32-wroom");
    // Leave gaps: plenty in all, none of the 16,765 bytes that the input buffer wants.
    let mut blocks: Vec<_> = std::iter::from_fn(|| device.heap.alloc(8_000, "application").ok()).collect();
    let mut keep = true;
    blocks.retain(|_| {
        keep = !keep;
        keep
    });
    let stats = device.heap.stats();
    assert!(stats.limit - stats.used > 36_000 && stats.largest < 16_765, "{stats:?}");
    let error = device.connect(&device.server(ChainKind::Good, TlsVersions::Tls12)).await.unwrap_err();
    match error {
        TlsError::OutOfMemory(error) => assert_eq!((error.what, error.wanted), ("tls-input", 16_765)),
        other => panic!("{other}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_device_has_so_many_contexts_and_no_more() {
    let device = Device::of(Profile::named("stm32f769i-disco").unwrap().with_native_heap(4 << 20));
    let server = device.server(ChainKind::Good, TlsVersions::Tls12);
    let mut streams = Vec::new();
    for _ in 0..4 {
        streams.push(device.connect(&server).await.unwrap());
    }
    assert_eq!(device.connect(&server).await.unwrap_err(), TlsError::NoContext { limit: 4 });
    assert_eq!(device.failures(), ["no-context"]);
    streams.pop();
    assert!(device.connect(&server).await.is_ok());

    let without = Device::new("stm32l475");
    let server = without.server(ChainKind::Good, TlsVersions::Tls12);
    assert_eq!(without.connect(&server).await.unwrap_err(), TlsError::NoContext { limit: 0 });
}

/// The server sends one record with so much content after the handshake.
async fn receive(profile: &str, versions: TlsVersions, content: usize) -> (usize, Option<TlsError>) {
    let device = Device::new(profile);
    let server = device.server(ChainKind::Good, versions);
    let (ours, theirs) = tokio::io::duplex(64 * 1024);
    tokio::spawn(async move {
        let mut stream = server.accept(theirs).await;
        stream.write_all(b"first").await.unwrap();
        stream.write_all(&vec![7; content]).await.unwrap();
        stream.flush().await.unwrap();
        let _ = stream.read(&mut [0; 16]).await;
    });
    let mut stream = device.stack.connect(ours, HOST, &device.trust, &TlsOptions::default()).await.unwrap();
    let mut received = vec![0; 5 + content];
    let mut count = 0;
    while count < received.len() {
        match stream.read(&mut received[count..]).await {
            Ok(0) => break,
            Ok(more) => count += more,
            Err(error) => {
                let error = TlsError::of(&error);
                assert_eq!(device.failures(), [error.kind()], "recorded once");
                assert!(stream.read(&mut [0; 16]).await.is_err(), "and it stays so");
                assert_eq!(device.failures().len(), 1);
                return (count, Some(error));
            }
        }
    }
    assert!(device.failures().is_empty());
    (count, None)
}

#[tokio::test(start_paused = true)]
async fn records_fit_or_end_the_connection() {
    let too_large = |bytes, limit| Some(TlsError::RecordTooLarge { what: "record", bytes, limit });
    assert_eq!(receive("esp32-wroom", TlsVersions::Tls12, 4_096).await, (4_101, None));
    assert_eq!(receive("esp32-wroom", TlsVersions::Tls12, 4_097).await, (5, too_large(4_097, 4_096)));
    assert_eq!(receive("esp32-wroom", TlsVersions::Tls13, 16_384).await, (16_389, None));
    assert_eq!(receive("stm32f769i-disco", TlsVersions::Tls12, 16_384).await, (16_389, None));
    assert_eq!(receive("stm32l4-minimal", TlsVersions::Tls12, 4_096).await, (4_101, None));
    assert_eq!(receive("stm32l4-minimal", TlsVersions::Tls12, 4_097).await, (5, too_large(4_097, 4_096)));
}

#[tokio::test(start_paused = true)]
async fn a_certificate_message_must_fit_the_input_buffer() {
    for (profile, kind, word) in [
        ("esp32-wroom", ChainKind::Oversized8k, ""),
        ("esp32-wroom", ChainKind::Oversized12k, ""),
        ("stm32l4-minimal", ChainKind::Good, ""),
        ("stm32l4-minimal", ChainKind::Larger20Percent, "record-too-large"),
        ("stm32l4-minimal", ChainKind::Oversized8k, "record-too-large"),
    ] {
        let device = Device::new(profile);
        let result = device.connect(&device.server(kind, TlsVersions::Tls12)).await;
        assert_eq!(result.err().map_or("", |error| error.kind()), word, "{profile} {kind}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_larger_chain_costs_more() {
    let mut used = Vec::new();
    for kind in [ChainKind::Good, ChainKind::Oversized8k, ChainKind::Oversized12k] {
        let device = Device::new("stm32f769i-disco");
        let _stream = device.connect(&device.server(kind, TlsVersions::Tls12)).await.unwrap();
        used.push(device.heap.stats());
    }
    let (eight, twelve) = (used[1], used[2]);
    // 12,288 - 8,192 bytes of DER, twice: in the peak and in what is kept.
    close_to(twelve.used - eight.used + GRANULES / 2, 4_096);
    close_to(twelve.peak - eight.peak + GRANULES / 2, 4_096);
    assert!(eight.used > used[0].used + 5_000);
}

#[tokio::test(start_paused = true)]
async fn every_root_but_the_first_costs_its_certificate() {
    let one = Device::new("stm32f769i-disco");
    let _stream = one.connect(&one.server(ChainKind::Good, TlsVersions::Tls12)).await.unwrap();
    let mut all = Device::new("stm32f769i-disco");
    all.trust.roots = RootStore::reference(&Pki::new(super::parties::NOW));
    let _other = all.connect(&all.server(ChainKind::Good, TlsVersions::Tls12)).await.unwrap();
    let more = all.heap.stats().used - one.heap.stats().used;
    // Five certificates: two P-256 of some 500 bytes, three RSA of 914, 1,452 and 891, each with 1,058 beside it.
    assert!((9_000..11_000).contains(&more), "{more}");
}

#[tokio::test(start_paused = true)]
async fn the_own_chain_must_fit_the_output_buffer() {
    let device = Device::new("esp32-wroom");
    let mut client = device.pki.client("device-1", ClientKind::GroupIntermediate);
    let server = device.server(ChainKind::Good, TlsVersions::Tls12);
    // Real chains of this size are RSA with long names; here, the intermediate again and again.
    while client.chain.iter().map(|der| der.len() + 3).sum::<usize>() + 7 <= 4_096 {
        client.chain.push(device.pki.root(RootName::G2));
    }
    let options = TlsOptions { client: Some(client.clone()), ..TlsOptions::default() };
    match device.connect_with(&server, &options).await.unwrap_err() {
        TlsError::RecordTooLarge { what: "own certificate message", bytes, limit: 4_096 } => {
            assert!(bytes > 4_096);
        }
        other => panic!("{other}"),
    }
}

/// Mbed TLS has room for one record; what TCP does not take stays with the application.
#[tokio::test(start_paused = true)]
async fn a_second_record_waits_until_the_first_has_left() {
    for versions in [TlsVersions::Tls12, TlsVersions::Tls13] {
        let device = Device::new("esp32-wroom");
        let server = device.server(ChainKind::Good, versions);
        let (ours, theirs) = tokio::io::duplex(1_024);
        let (go, wait) = tokio::sync::oneshot::channel::<()>();
        let reads = tokio::spawn(async move {
            let mut stream = server.accept(theirs).await;
            wait.await.unwrap();
            let mut all = Vec::new();
            stream.read_to_end(&mut all).await.unwrap();
            all.len()
        });
        let options = TlsOptions::default();
        let mut stream = device.stack.connect(ours, HOST, &device.trust, &options).await.unwrap();
        let used = device.heap.stats().used;
        assert_eq!(stream.write(&[7; 20_000]).await.unwrap(), 4_096, "{versions:?}");
        let second = tokio::time::timeout(Duration::from_secs(60), stream.write(&[7; 1])).await;
        assert!(second.is_err(), "{versions:?}: the record is still in the buffer");
        assert_eq!(device.heap.stats().used, used);
        go.send(()).unwrap();
        stream.write_all(&[7; 20_000]).await.unwrap();
        stream.close().await;
        assert_eq!(reads.await.unwrap(), 24_096);
    }
}

#[tokio::test(start_paused = true)]
async fn outbound_records_are_no_larger_than_the_output_buffer() {
    let device = Device::new("esp32-wroom");
    let server = device.server(ChainKind::Good, TlsVersions::Tls12).with(|config| {
        // The server's answers must fit the device too.
        config.max_fragment_size = Some(4_096 + 5);
    });
    let mut stream = device.connect(&server).await.unwrap();
    ping(&mut stream, &vec![7; 12_000]).await;
}
