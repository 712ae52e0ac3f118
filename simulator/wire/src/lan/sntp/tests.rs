use proptest::prelude::*;

use super::*;
use crate::octets::Problem;

const SECOND: i64 = 1_000_000;

#[test]
fn the_dates_of_rfc5905_figure_4_have_their_seconds() {
    // (seconds since 1970, seconds of the era as printed in the standard)
    for (unix, seconds) in [
        (0, 2_208_988_800),               // 1 Jan 1970, first day of UNIX
        (63_072_000, 2_272_060_800),      // 1 Jan 1972, first day of UTC
        (946_598_400, 3_155_587_200),     // 31 Dec 1999, last day of the 20th century
        (2_085_978_496 + 63_104, 63_104), // 8 Feb 2036, first day of era 1
    ] {
        let stamp = Timestamp::from_unix_micros(unix * SECOND);
        assert_eq!(stamp.0, seconds << 32, "{unix}");
        assert_eq!(stamp.unix_micros(), unix * SECOND);
    }
}

#[test]
fn the_era_changes_in_2036_not_back_to_1900() {
    let last = 2_085_978_495 * SECOND;
    assert_eq!(Timestamp::from_unix_micros(last).0, 0xffff_ffff << 32);
    assert_eq!(Timestamp::from_unix_micros(last + SECOND), Timestamp::ZERO);
    assert_eq!(Timestamp::from_unix_micros(last + SECOND + 1).unix_micros(), last + SECOND + 1);
    // Near 1970 the same bits are another time.
    let bits = Timestamp::from_unix_micros(last + 2 * SECOND);
    assert_eq!(bits.unix_micros_near(last), last + 2 * SECOND);
    assert_eq!(bits.unix_micros_near(-2_000_000_000 * SECOND), (last + 2 * SECOND) - (1 << 32) * SECOND);
}

#[test]
fn a_request_has_the_octets_of_the_standard() {
    let request = Packet::request(Timestamp(0xe900_0000_8000_0000));
    let octets = request.encode();
    assert_eq!(octets[0], 0x23);
    assert_eq!(octets[1..40], [0; 39]);
    assert_eq!(octets[40..], [0xe9, 0, 0, 0, 0x80, 0, 0, 0]);
    assert_eq!(Packet::decode(&octets), Ok(request));
}

#[test]
fn a_reply_gives_back_the_request_time() {
    let octets: [u8; 48] = [
        0x24, 0x01, 0x03, 0xe8, 0, 0, 0, 0x10, 0, 0, 0, 0x20, b'G', b'P', b'S', 0, //
        0xe9, 0, 0, 1, 0, 0, 0, 0, 0xe9, 0, 0, 2, 0, 0, 0, 0, //
        0xe9, 0, 0, 3, 0, 0, 0, 0, 0xe9, 0, 0, 4, 0x40, 0, 0, 0,
    ];
    let packet = Packet::decode(&octets).expect("it is well formed");
    assert_eq!((packet.leap, packet.version, packet.mode), (Leap::None, 4, Mode::SERVER));
    assert_eq!((packet.stratum, packet.poll, packet.precision), (1, 3, -24));
    assert_eq!(packet.origin, Timestamp(0xe900_0002 << 32));
    assert_eq!(packet.transmit.unix_micros() - packet.receive.unix_micros(), 1_250_000);
    assert_eq!(packet.encode(), octets);
    assert_eq!(packet.kiss_code(), None);
}

#[test]
fn kisses_are_told_from_time() {
    let request = Packet::request(Timestamp(1));
    let mut kiss = Packet::reply(&request, Timestamp(2), Timestamp(3));
    assert_eq!(kiss.origin, Timestamp(1));
    kiss.stratum = 0;
    for code in [KissCode::Deny, KissCode::Restrict, KissCode::Rate, KissCode::Other(*b"INIT")] {
        kiss.reference_id = code.reference_id();
        assert_eq!(kiss.kiss_code(), Some(code));
    }
    assert_eq!(request.kiss_code(), None, "a request's stratum is zero too");
}

#[test]
fn length_and_version_are_checked() {
    let good = Packet::request(Timestamp(1)).encode();
    let error = Packet::decode(&good[..47]).expect_err("an octet is missing");
    assert_eq!((error.field, error.clause), ("Transmit Timestamp", "RFC 5905 7.3"));
    assert!(Packet::decode(&[&good[..], &[0; 20]].concat()).is_ok(), "a message authentication code");
    let error = Packet::decode(&[&good[..], &[0; 3]].concat()).expect_err("not whole words");
    assert_eq!(error.problem, Problem::Trailing { left: 3 });
    for (first, ok) in [(0x03, false), (0x0b, true), (0x23, true), (0x2b, false)] {
        let mut octets = good;
        octets[0] = first;
        assert_eq!(Packet::decode(&octets).is_ok(), ok, "{first:#x}");
    }
}

proptest! {
    #[test]
    fn arbitrary_octets_never_panic_and_encode_back(octets in proptest::collection::vec(any::<u8>(), 0..80)) {
        if let Ok(packet) = Packet::decode(&octets) {
            prop_assert_eq!(&packet.encode()[..], &octets[..48]);
        }
    }

    #[test]
    fn microseconds_survive_a_timestamp(micros in -60_000_000_000_000i64..4_200_000_000_000_000) {
        prop_assert_eq!(Timestamp::from_unix_micros(micros).unix_micros(), micros);
    }

    #[test]
    fn a_pivot_within_68_years_finds_the_era(micros in -9_000_000_000_000_000i64..9_000_000_000_000_000, off in -2_147_000_000i64..2_147_000_000) {
        let stamp = Timestamp::from_unix_micros(micros);
        prop_assert_eq!(stamp.unix_micros_near(micros + off * SECOND), micros);
    }

    #[test]
    fn extreme_pivots_do_not_overflow(bits: u64, pivot: i64) {
        let _ = Timestamp(bits).unix_micros_near(pivot);
    }
}
