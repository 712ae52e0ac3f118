//! From the first byte to the last: time-outs, ends, resumption, and the same bytes again.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use nanorig_certs::ChainKind;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::Instant;

use super::parties::{Device, HOST, ping};
use crate::habits::Resume;
use crate::profile::Profile;
use crate::tls::{TlsError, TlsOptions, TlsVersions};

#[tokio::test(start_paused = true)]
async fn a_silent_server_is_given_up_after_a_minute() {
    let mut device = Device::new("esp32-wroom");
    for (habit, option, secs) in [
        (Some(Duration::from_secs(60)), None, 60),
        (Some(Duration::from_secs(60)), Some(Duration::from_secs(5)), 5),
        (None, Some(Duration::from_secs(7)), 7),
    ] {
        device.habits().handshake_timeout = habit;
        let (ours, _theirs) = tokio::io::duplex(1_024);
        let options = TlsOptions { timeout: option, ..TlsOptions::default() };
        let start = Instant::now();
        let error = device.stack.connect(ours, HOST, &device.trust, &options).await.unwrap_err();
        assert_eq!(error, TlsError::Timeout { after_ms: secs * 1_000 });
        assert_eq!(start.elapsed().as_secs(), secs);
    }
    assert_eq!(device.failures(), ["timeout", "timeout", "timeout"]);
    device.stack.reset(true);
    assert_eq!(device.heap.stats().used, 0);
}

#[tokio::test(start_paused = true)]
async fn a_handshake_takes_the_processor_its_time() {
    let device = Device::new("esp32-wroom");
    let start = Instant::now();
    let _stream = device.connect(&device.server(ChainKind::Good, TlsVersions::Tls12)).await.unwrap();
    let expected = Profile::named("esp32-wroom").unwrap().tls.unwrap().handshake_time;
    assert!(start.elapsed() >= expected && !expected.is_zero());
}

#[tokio::test(start_paused = true)]
async fn a_server_that_hangs_up_or_talks_nonsense_has_its_word() {
    for (bytes, word) in [
        (&b""[..], "closed"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "protocol"),
        // A fatal handshake_failure alert.
        (b"\x15\x03\x03\x00\x02\x02\x28", "alert"),
        // A record of 2^14 + 2049 bytes.
        (b"\x16\x03\x03\x48\x01", "record-too-large"),
    ] {
        let device = Device::new("esp32-wroom");
        let (ours, mut theirs) = tokio::io::duplex(1_024);
        tokio::spawn(async move {
            let _ = theirs.read(&mut [0; 1_024]).await.unwrap();
            theirs.write_all(bytes).await.unwrap();
            theirs.shutdown().await.unwrap();
            let _ = theirs.read_to_end(&mut Vec::new()).await;
        });
        let options = TlsOptions::default();
        let error = device.stack.connect(ours, HOST, &device.trust, &options).await.unwrap_err();
        assert_eq!(error.kind(), word, "{error}");
        assert_eq!(device.failures(), [word]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_tells_the_server_why() {
    for (kind, alert) in [(ChainKind::UnknownCa, "UnknownCA"), (ChainKind::ExpiredLeaf, "CertificateExpired")]
    {
        let device = Device::new("esp32-wroom");
        let server = device.server(kind, TlsVersions::Tls13);
        let (ours, theirs) = tokio::io::duplex(64 * 1024);
        let acceptor = tokio_rustls::TlsAcceptor::from(server.config);
        let served = tokio::spawn(async move { acceptor.accept(theirs).await.map(|_| ()) });
        let _ = device.stack.connect(ours, HOST, &device.trust, &TlsOptions::default()).await;
        let error = served.await.unwrap().unwrap_err().to_string();
        assert!(error.contains(alert), "{error}");
    }
}

/// How the server saw the connection end.
async fn end(close_notify: bool, accept_truncation: bool) -> std::io::Result<usize> {
    let mut device = Device::new("esp32-wroom");
    device.habits().close_notify = close_notify;
    device.habits().accept_truncation = accept_truncation;
    let server = device.server(ChainKind::Good, TlsVersions::Tls12);
    let (ours, theirs) = tokio::io::duplex(64 * 1024);
    let served = tokio::spawn(async move {
        let mut stream = server.accept(theirs).await;
        stream.read(&mut [0; 16]).await
    });
    let stream = device.stack.connect(ours, HOST, &device.trust, &TlsOptions::default()).await.unwrap();
    stream.close().await;
    served.await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn close_notify_is_sent_unless_the_habit_leaves_it_out() {
    assert_eq!(end(true, false).await.unwrap(), 0);
    assert_eq!(end(false, false).await.unwrap_err().kind(), std::io::ErrorKind::UnexpectedEof);
}

#[tokio::test(start_paused = true)]
async fn a_missing_close_notify_is_truncation_unless_the_habit_takes_it() {
    for accept in [false, true] {
        let mut device = Device::new("esp32-wroom");
        device.habits().accept_truncation = accept;
        let server = device.server(ChainKind::Good, TlsVersions::Tls12);
        let (ours, theirs) = tokio::io::duplex(64 * 1024);
        tokio::spawn(async move {
            let mut stream = server.accept(theirs).await;
            stream.write_all(b"half a mess").await.unwrap();
            stream.flush().await.unwrap();
            // The pipe ends without close_notify.
            drop(stream);
        });
        let options = TlsOptions::default();
        let mut stream = device.stack.connect(ours, HOST, &device.trust, &options).await.unwrap();
        let mut received = Vec::new();
        let result = stream.read_to_end(&mut received).await;
        assert_eq!(received, b"half a mess");
        match accept {
            true => assert!(result.is_ok() && device.failures().is_empty()),
            false => {
                assert_eq!(TlsError::of(&result.unwrap_err()), TlsError::Closed);
                assert_eq!(device.failures(), ["closed"]);
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn sessions_are_resumed_as_long_as_the_habit_says() {
    for versions in [TlsVersions::Tls12, TlsVersions::Tls13] {
        for (resume, at_once, after_sleep, after_power_loss) in [
            (Resume::Never, false, false, false),
            (Resume::UntilReset, true, false, false),
            (Resume::AcrossSleep, true, true, false),
        ] {
            let mut device = Device::new("stm32f769i-disco");
            device.habits().resume = resume;
            let server = device.server(ChainKind::Good, versions);
            let resumed = async || {
                let mut stream = device.connect(&server).await.unwrap();
                // TLS 1.3 tickets come after the handshake.
                ping(&mut stream, b"hello").await;
                let resumed = stream.is_resumed();
                stream.close().await;
                resumed
            };
            assert!(!resumed().await);
            assert_eq!(resumed().await, at_once, "{versions:?} {resume:?}");
            device.stack.reset(false);
            assert_eq!(resumed().await, after_sleep, "{versions:?} {resume:?}");
            device.stack.reset(true);
            assert_eq!(resumed().await, after_power_loss, "{versions:?} {resume:?}");
        }
    }
}

/// A pipe that remembers what went through it.
async fn wire_of_a_run(versions: TlsVersions) -> Vec<u8> {
    let device = Device::new("esp32-wroom");
    let server = device.server(ChainKind::Good, versions);
    let wire = Arc::new(Mutex::new(Vec::new()));
    let (ours, mut near) = tokio::io::duplex(64 * 1024);
    let (mut far, theirs) = tokio::io::duplex(64 * 1024);
    let log = Arc::clone(&wire);
    tokio::spawn(async move {
        let (mut up, mut down) = ([0; 4_096], [0; 4_096]);
        loop {
            tokio::select! { biased;
                Ok(count @ 1..) = near.read(&mut up) => {
                    log.lock().unwrap().extend(&up[..count]);
                    far.write_all(&up[..count]).await.unwrap();
                }
                Ok(count @ 1..) = far.read(&mut down) => {
                    log.lock().unwrap().extend(&down[..count]);
                    near.write_all(&down[..count]).await.unwrap();
                }
                else => return,
            }
        }
    });
    let served = tokio::spawn(async move {
        let mut stream = server.accept(theirs).await;
        let mut greeting = [0; 5];
        stream.read_exact(&mut greeting).await.unwrap();
        stream.write_all(b"world").await.unwrap();
        stream.flush().await.unwrap();
        stream
    });
    let options = TlsOptions::default();
    let mut stream = device.stack.connect(ours, HOST, &device.trust, &options).await.unwrap();
    stream.write_all(b"hello").await.unwrap();
    stream.flush().await.unwrap();
    let mut answer = [0; 5];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"world");
    drop(served.await.unwrap());
    wire.lock().unwrap().clone()
}

#[tokio::test(start_paused = true)]
async fn the_same_run_gives_the_same_bytes() {
    for versions in [TlsVersions::Tls12, TlsVersions::Tls13] {
        let (one, two) = (wire_of_a_run(versions).await, wire_of_a_run(versions).await);
        assert!(one.len() > 1_500);
        assert_eq!(one, two, "{versions:?}");
    }
}

/// The firmware's tasks are spawned, so a connection must be able to move between threads.
#[tokio::test(start_paused = true)]
async fn connecting_and_connections_are_send() {
    fn send<T: Send>(value: T) -> T {
        value
    }
    let device = Device::new("esp32-wroom");
    let server = device.server(ChainKind::Good, TlsVersions::All);
    let stream = send(device.connect(&server)).await.unwrap();
    send(send(stream).close()).await;
}
