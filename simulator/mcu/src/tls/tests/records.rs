//! Records that are damaged, that come in pieces, and messages that are spread over several.

use std::time::Duration;

use nanorig_certs::ChainKind;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
use tokio::time::timeout;

use super::parties::{Device, HOST};
use crate::habits::RecordErrors;
use crate::tls::{TlsError, TlsOptions, TlsVersions};

const LONG: Duration = Duration::from_secs(60);
const ALERT: u8 = 21;

/// A record of application data that nobody's key fits.
const DAMAGED: &[u8] = b"\x17\x03\x03\x00\x20................................";

/// What a device with this habit says when a damaged record comes, and what its application gets to read.
async fn after_a_damaged_record(habit: RecordErrors) -> (Option<u8>, Option<TlsError>) {
    let mut device = Device::new("esp32-wroom");
    device.habits().record_errors = habit;
    let server = device.server(ChainKind::Good, TlsVersions::Tls12);
    let (ours, theirs) = tokio::io::duplex(64 * 1024);
    let served = tokio::spawn(async move {
        let mut wire = server.accept(theirs).await.into_inner().0;
        // The device is done with its handshake by then.
        tokio::time::sleep(LONG / 2).await;
        wire.write_all(DAMAGED).await.unwrap();
        let mut answer = [0; 1];
        let said = timeout(LONG, wire.read_exact(&mut answer)).await;
        said.is_ok().then_some(answer[0])
    });
    let mut stream = device.stack.connect(ours, HOST, &device.trust, &TlsOptions::default()).await.unwrap();
    let read = timeout(LONG, stream.read_u8()).await.ok();
    let said = served.await.unwrap();
    assert_eq!(
        device.failures().is_empty(),
        read.is_none(),
        "what the firmware does not see it does not tell"
    );
    (said, read.map(|read| TlsError::of(&read.unwrap_err())))
}

#[tokio::test(start_paused = true)]
async fn a_damaged_record_ends_the_connection_unless_the_habit_takes_it_for_nothing() {
    let (said, error) = after_a_damaged_record(RecordErrors::End).await;
    assert_eq!((said, error.map(|error| error.kind())), (Some(ALERT), Some("protocol")));
    assert_eq!(after_a_damaged_record(RecordErrors::TakenForNothing).await, (None, None));
}

/// Hands on what comes from `from`, one byte in 20 ms.
async fn trickle(mut from: tokio::io::ReadHalf<DuplexStream>, mut to: tokio::io::WriteHalf<DuplexStream>) {
    while let Ok(byte) = from.read_u8().await {
        to.write_u8(byte).await.unwrap();
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_record_in_single_bytes_is_put_together_unless_the_habit_takes_its_beginning() {
    for (patience, word) in [(None, ""), (Some(Duration::from_millis(200)), "protocol")] {
        let mut device = Device::new("stm32f769i-disco");
        device.habits().record_patience = patience;
        let server = device.server(ChainKind::Good, TlsVersions::All);
        let (ours, near) = tokio::io::duplex(64 * 1024);
        let (far, theirs) = tokio::io::duplex(64 * 1024);
        let ((near_read, near_write), (far_read, far_write)) =
            (tokio::io::split(near), tokio::io::split(far));
        tokio::spawn(server.echo(theirs));
        tokio::spawn(trickle(far_read, near_write));
        tokio::spawn(async move {
            let (mut from, mut to) = (near_read, far_write);
            let _ = tokio::io::copy(&mut from, &mut to).await;
        });
        let result = device.stack.connect(ours, HOST, &device.trust, &TlsOptions::default()).await;
        assert_eq!(result.err().map_or("", |error| error.kind()), word);
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_over_several_records_is_put_together_unless_the_habit_leaves_that_out() {
    for versions in [TlsVersions::Tls12, TlsVersions::Tls13] {
        for (reassembles, record, word) in
            [(true, Some(200), ""), (false, Some(200), "protocol"), (false, None, "")]
        {
            let mut device = Device::new("stm32f769i-disco");
            device.habits().reassemble_handshake = reassembles;
            let server = device.server(ChainKind::Good, versions);
            let server = server.with(|config| config.max_fragment_size = record);
            let result = device.connect(&server).await;
            assert_eq!(result.err().map_or("", |error| error.kind()), word, "{versions:?} {record:?}");
        }
    }
}
