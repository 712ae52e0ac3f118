use std::net::Ipv4Addr;

use nanorig_trace::event::Direction;
use nanorig_trace::{Time, Utc};

use super::{Capture, Reason};

/// A block's type and body, after its two lengths were found equal.
fn blocks(mut file: &[u8]) -> Vec<(u32, Vec<u8>)> {
    let word = |bytes: &[u8], at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
    let mut blocks = Vec::new();
    while !file.is_empty() {
        let length = word(file, 4) as usize;
        assert_eq!(length % 4, 0);
        assert_eq!(word(file, length - 4) as usize, length, "both lengths");
        blocks.push((word(file, 0), file[8..length - 4].to_vec()));
        file = &file[length..];
    }
    blocks
}

/// Options as code and value.
fn options(mut bytes: &[u8]) -> Vec<(u16, Vec<u8>)> {
    let mut options = Vec::new();
    loop {
        let code = u16::from_le_bytes([bytes[0], bytes[1]]);
        let length = usize::from(u16::from_le_bytes([bytes[2], bytes[3]]));
        if code == 0 {
            assert_eq!((length, bytes.len()), (0, 4), "the end is at the end");
            return options;
        }
        options.push((code, bytes[4..4 + length].to_vec()));
        bytes = &bytes[4 + length.next_multiple_of(4)..];
    }
}

#[test]
fn an_empty_capture_is_a_section_header() {
    let file = Capture::new(Utc::UNIX_EPOCH).finish();
    let expected = [
        &[0x0A, 0x0D, 0x0D, 0x0A, 44, 0, 0, 0, 0x4D, 0x3C, 0x2B, 0x1A, 1, 0, 0, 0][..],
        &[0xFF; 8],
        &[4, 0, 7, 0],
        b"nanorig\0",
        &[0, 0, 0, 0, 44, 0, 0, 0],
    ];
    assert_eq!(file, expected.concat());
}

#[test]
fn blocks_come_in_the_order_that_decryption_needs_and_frames_by_time() {
    let capture = Capture::new(Utc::from_unix_secs(1_700_000_000));
    let wifi = capture.interface("wifi");
    capture.frame(
        wifi,
        Time::from_micros(2_500),
        Direction::ToDevice,
        &[1; 61],
        Some(Reason::Dropped("loss")),
    );
    capture.frame(wifi, Time::from_micros(1_000), Direction::FromDevice, &[2; 60], None);
    capture.secret("CLIENT_RANDOM 00 11");
    capture.name(Ipv4Addr::new(203, 0, 113, 1), "hub.test");
    capture.name(Ipv4Addr::new(203, 0, 113, 1), "hub.test");
    capture.name(Ipv4Addr::new(203, 0, 113, 1), "alias.test");
    let file = capture.finish();
    let blocks = blocks(&file);
    let kinds: Vec<u32> = blocks.iter().map(|(kind, _)| *kind).collect();
    assert_eq!(kinds, [0x0A0D_0D0A, 1, 4, 10, 6, 6]);

    let (link_type, rest) = blocks[1].1.split_at(8);
    assert_eq!(link_type, [1, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(options(rest), [(2, b"wifi".to_vec()), (9, vec![9])]);
    assert_eq!(options(&blocks[2].1), [(1, b"\xCB\0\x71\x01hub.test\0alias.test\0".to_vec())]);
    assert_eq!(blocks[3].1, b"KSLT\x14\0\0\0CLIENT_RANDOM 00 11\n");

    let packet = |index: usize| {
        let body = &blocks[index].1;
        let word = |at: usize| u32::from_le_bytes(body[at..at + 4].try_into().unwrap());
        let nanos = u64::from(word(4)) << 32 | u64::from(word(8));
        let length = word(12) as usize;
        assert_eq!((word(0), word(16) as usize), (0, length));
        (nanos, body[20..20 + length].to_vec(), options(&body[20 + length.next_multiple_of(4)..]))
    };
    let start = 1_700_000_000_000_000_000;
    assert_eq!(packet(4), (start + 1_000_000, vec![2; 60], vec![(2, vec![2, 0, 0, 0])]));
    let comment = (1, b"dropped by the link: loss".to_vec());
    assert_eq!(packet(5), (start + 2_500_000, vec![1; 61], vec![(2, vec![1, 0, 0, 0]), comment]));
}

#[test]
fn debug_output_has_no_secrets() {
    let capture = Capture::new(Utc::UNIX_EPOCH);
    capture.secret("CLIENT_RANDOM 00 5ec4e7");
    assert!(!format!("{capture:?}").contains("5ec4e7"));
}
