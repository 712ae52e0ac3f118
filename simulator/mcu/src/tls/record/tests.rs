use proptest::prelude::*;

use super::*;
use crate::profile::Profile;

const ALERT: u8 = 21;

fn records(profile: &str) -> Records {
    Records::new(&Profile::named(profile).unwrap().tls.unwrap())
}

fn record(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![kind, 3, 3];
    bytes.extend(u16::try_from(body.len()).unwrap().to_be_bytes());
    bytes.extend(body);
    bytes
}

/// A ServerHello with an empty session id, and `supported_versions` for TLS 1.3.
fn server_hello(tls13: bool) -> Vec<u8> {
    let mut body = vec![3, 3];
    body.extend([7; 32]);
    body.extend([0, 0x13, 0x01, 0]);
    // renegotiation_info, which TLS 1.2 servers send, comes first
    let mut extensions = vec![0xff, 0x01, 0, 1, 0];
    if tls13 {
        extensions.extend([0, 43, 0, 2, 3, 4]);
    }
    body.extend(u16::try_from(extensions.len()).unwrap().to_be_bytes());
    body.extend(extensions);
    let mut message = vec![2, 0];
    message.extend(u16::try_from(body.len()).unwrap().to_be_bytes());
    message.extend(body);
    message
}

/// The stream up to the end of the handshake.
fn greeted(profile: &str, tls13: bool) -> Records {
    let mut records = records(profile);
    records.feed(&record(HANDSHAKE, &server_hello(tls13))).unwrap();
    records.feed(&record(CHANGE_CIPHER_SPEC, &[1])).unwrap();
    records
}

fn header(kind: u8, length: usize) -> Vec<u8> {
    let mut bytes = vec![kind, 3, 3];
    bytes.extend(u16::try_from(length).unwrap().to_be_bytes());
    bytes
}

fn too_large(bytes: usize, limit: usize) -> TooLarge {
    TooLarge { good: 0, error: TlsError::RecordTooLarge { what: "record", bytes, limit } }
}

#[test]
fn esp32_takes_4096_bytes_after_a_tls_12_handshake_and_not_one_more() {
    assert_eq!(greeted("esp32-wroom", false).feed(&header(APPLICATION_DATA, 4_096 + 24)), Ok(()));
    assert_eq!(
        greeted("esp32-wroom", false).feed(&header(APPLICATION_DATA, 4_097 + 24)),
        Err(too_large(4_097, 4_096))
    );
}

#[test]
fn esp32_takes_full_records_in_tls_13() {
    assert_eq!(greeted("esp32-wroom", true).feed(&header(APPLICATION_DATA, 16_384 + 17)), Ok(()));
    assert_eq!(
        greeted("esp32-wroom", true).feed(&header(APPLICATION_DATA, 16_385 + 17)),
        Err(too_large(16_385, 16_384))
    );
}

#[test]
fn stm32_takes_full_records_in_tls_12() {
    assert_eq!(greeted("stm32f769i-disco", false).feed(&header(APPLICATION_DATA, 16_384 + 24)), Ok(()));
    assert_eq!(
        greeted("stm32f769i-disco", false).feed(&header(APPLICATION_DATA, 16_385 + 24)),
        Err(too_large(16_385, 16_384))
    );
}

#[test]
fn handshake_records_may_fill_the_buffer_on_esp32_too() {
    assert_eq!(records("esp32-wroom").feed(&header(HANDSHAKE, 16_384)), Ok(()));
    assert_eq!(records("esp32-wroom").feed(&header(HANDSHAKE, 16_385)), Err(too_large(16_385, 16_384)));
}

#[test]
fn the_version_is_found_however_the_hello_is_split() {
    for (tls13, version) in [(false, Version::Tls12), (true, Version::Tls13)] {
        let hello = server_hello(tls13);
        // One byte a record, one byte a read.
        let mut records = records("esp32-wroom");
        assert_eq!(records.version(), None);
        for byte in hello.iter().flat_map(|byte| record(HANDSHAKE, &[*byte])) {
            records.feed(&[byte]).unwrap();
        }
        assert_eq!(records.version(), Some(version));
    }
}

#[test]
fn records_before_the_large_one_are_good() {
    let mut stream = record(APPLICATION_DATA, &[0; 100]);
    stream.extend(record(ALERT, &[0; 2]));
    let good = stream.len();
    stream.extend(header(APPLICATION_DATA, 5_000 + 24));
    let error = greeted("esp32-wroom", false).feed(&stream).unwrap_err();
    assert_eq!(error, TooLarge { good, ..too_large(5_000, 4_096) });
}

proptest! {
    #[test]
    fn no_stream_panics_and_chunks_do_not_matter(
        start in any::<bool>(), bytes: Vec<u8>, chunk in 1usize..9,
    ) {
        let fresh = || if start { greeted("esp32-wroom", true) } else { records("esp32-wroom") };
        let (mut whole, mut split) = (fresh(), fresh());
        let one = whole.feed(&bytes).map_err(|error| error.error);
        let two = bytes.chunks(chunk).try_for_each(|part| split.feed(part)).map_err(|error| error.error);
        prop_assert_eq!(one, two);
        prop_assert_eq!(whole.version(), split.version());
    }

    #[test]
    fn no_hello_panics(mut body: Vec<u8>, flips in prop::collection::vec((0usize..60, any::<u8>()), 0..8)) {
        let mut hello = server_hello(true);
        for (at, value) in flips {
            if let Some(byte) = hello.get_mut(at) {
                *byte = value;
            }
        }
        let _ = records("esp32-wroom").feed(&record(HANDSHAKE, &hello));
        body.truncate(4_000);
        let _ = records("esp32-wroom").feed(&record(HANDSHAKE, &body));
    }
}
