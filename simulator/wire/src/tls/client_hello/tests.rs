use proptest::prelude::*;

use super::*;

/// A ClientHello as mbedTLS-like firmware sends it: TLS 1.2 and 1.3, two suites and the signalling suite.
const HELLO: &[u8] = b"\x01\x00\x00\x8c\x03\x03\
    \x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f\
    \x00\x00\x06\xc0\x2f\x13\x01\x00\xff\x01\x00\x00\x5d\
    \x00\x00\x00\x1e\x00\x1c\x00\x00\x19contoso.azure-devices.net\
    \x00\x01\x00\x01\x04\
    \x00\x0a\x00\x06\x00\x04\x00\x1d\x00\x17\
    \x00\x0d\x00\x06\x00\x04\x04\x03\x08\x04\
    \x00\x10\x00\x07\x00\x05\x04mqtt\
    \x00\x17\x00\x00\
    \x00\x1c\x00\x02\x10\x00\
    \x00\x23\x00\x00\
    \x00\x2b\x00\x05\x04\x03\x04\x03\x03";

fn hello() -> ClientHello {
    ClientHello::parse(HELLO).expect("it is well formed")
}

#[test]
fn every_offer_is_read() {
    let hello = hello();
    assert_eq!((hello.legacy_version, hello.random[31]), (0x0303, 0x1f));
    assert_eq!(hello.cipher_suites, [0xc02f, 0x1301, 0x00ff]);
    assert_eq!((&hello.versions[..], hello.highest_version()), (&[0x0304, 0x0303][..], 0x0304));
    assert_eq!((&hello.groups[..], &hello.signature_schemes[..]), (&[0x1d, 0x17][..], &[0x0403, 0x0804][..]));
    assert_eq!(hello.sni.as_deref(), Some("contoso.azure-devices.net"));
    assert_eq!(hello.alpn, [&b"mqtt"[..]]);
    assert_eq!((hello.max_fragment_length, hello.record_size_limit), (Some(4), Some(4_096)));
    assert_eq!(hello.wanted_record_bytes(), Some(4_096));
    assert_eq!(hello.session_ticket, Some(Bytes::new()));
    assert!(hello.has(ExtensionType::EXTENDED_MASTER_SECRET) && hello.renegotiates_securely());
    assert!(hello.renegotiation_info.is_none() && !hello.has(ExtensionType::PRE_SHARED_KEY));
    assert_eq!(hello.encode(), HELLO);
}

#[test]
fn a_hello_without_extensions_is_well_formed() {
    let bare = [&b"\x01\x00\x00\x29\x03\x01"[..], &[9; 32], b"\x00\x00\x02\x00\x2f\x01\x00"].concat();
    let hello = ClientHello::parse(&bare).expect("RFC 5246 7.4.1.2 allows it");
    assert_eq!((hello.highest_version(), &hello.cipher_suites[..]), (0x0301, &[0x2f][..]));
    assert!(hello.extensions.is_empty() && !hello.renegotiates_securely());
    assert_eq!(hello.encode(), bare);
}

#[test]
fn reserved_versions_are_not_versions() {
    let mut hello = hello();
    hello.versions.insert(0, 0xfafa);
    let hello = ClientHello::parse(&hello.encode()).expect("RFC 8701 values are well formed");
    assert_eq!(hello.highest_version(), 0x0304);
}

/// The sample with one extension replaced by these octets, or one added.
fn with_extension(kind: u16, data: &[u8]) -> Result<ClientHello, DecodeError> {
    let mut hello = hello();
    let place = hello.extensions.iter().position(|known| known.0 == kind);
    // An unknown type of the same place carries the octets, and is renamed in the encoding.
    let stand_in = ExtensionType(0x7777);
    hello.other.insert(stand_in, Bytes::copy_from_slice(data));
    match place {
        Some(place) => hello.extensions[place] = stand_in,
        None => hello.extensions.push(stand_in),
    }
    let mut octets = hello.encode();
    let at = octets.windows(2).position(|pair| pair == [0x77, 0x77]).expect("it was just written");
    octets[at..at + 2].copy_from_slice(&kind.to_be_bytes());
    ClientHello::parse(&octets)
}

#[test]
fn malformed_extensions_are_named_by_their_clause() {
    let clause = |kind: u16, data: &[u8]| with_extension(kind, data).expect_err("it is malformed").clause;
    assert_eq!(clause(0, b"\x00\x00"), "RFC 6066 3");
    assert_eq!(clause(0, b"\x00\x04\x00\x00\x01\xff"), "RFC 6066 3");
    assert_eq!(clause(0, b"\x00\x08\x00\x00\x01a\x00\x00\x01b"), "RFC 6066 3");
    assert_eq!(clause(1, b"\x05"), "RFC 6066 4");
    assert_eq!(clause(28, b"\x00\x3f"), "RFC 8449 4");
    assert_eq!(clause(43, b"\x03\x03\x04\x03"), "RFC 8446 4.2.1");
    assert_eq!(clause(10, b"\x00\x00"), "RFC 8446 4.2.7");
    assert_eq!(clause(16, b"\x00\x01\x00"), "RFC 7301 3.1");
    assert_eq!(clause(0xff01, b"\x01"), "RFC 5746 3.2");
    assert!(with_extension(28, b"\x00\x40").is_ok(), "64 is the least");
}

#[test]
fn structure_is_checked() {
    let error = ClientHello::parse(&[HELLO, b"\0"].concat()).expect_err("an octet is left");
    assert_eq!((error.offset, error.problem), (HELLO.len(), Problem::Trailing { left: 1 }));
    let mut twice = hello();
    twice.extensions.push(ExtensionType::EXTENDED_MASTER_SECRET);
    let error = ClientHello::parse(&twice.encode()).expect_err("an extension is repeated");
    assert_eq!(error.to_string(), "extension_type at octet 144 repeats code 23 (RFC 8446 4.2)");
    let mut misplaced = hello();
    misplaced.extensions.insert(0, ExtensionType::PRE_SHARED_KEY);
    assert!(ClientHello::parse(&misplaced.encode()).is_err(), "pre_shared_key is the last");
    let mut none = hello();
    none.cipher_suites.clear();
    assert_eq!(ClientHello::parse(&none.encode()).expect_err("no suites").field, "cipher_suites");
    none = hello();
    none.compression_methods = vec![1];
    assert_eq!(ClientHello::parse(&none.encode()).expect_err("no NULL").problem, Problem::Missing);
    assert_eq!(ClientHello::parse(b"\x02\0\0\0").expect_err("a ServerHello").field, "msg_type");
}

fn words_in(lengths: std::ops::Range<usize>) -> impl Strategy<Value = Vec<u16>> {
    proptest::collection::vec(any::<u16>(), lengths)
}

fn octets_in(lengths: std::ops::Range<usize>) -> impl Strategy<Value = Bytes> {
    proptest::collection::vec(any::<u8>(), lengths).prop_map(Bytes::from)
}

prop_compose! {
    fn any_hello()(
        legacy_version: u16,
        random: [u8; 32],
        session_id in octets_in(0..33),
        cipher_suites in words_in(1..30),
        (versions, groups, signature_schemes) in (words_in(0..5), words_in(0..5), words_in(0..5)),
        sni in proptest::option::of("[a-z0-9.-]{1,40}"),
        alpn in proptest::collection::vec(octets_in(1..12), 0..3),
        max_fragment_length in proptest::option::of(1u8..5),
        record_size_limit in proptest::option::of(64u16..),
        (session_ticket, renegotiation_info) in (proptest::option::of(octets_in(0..40)), proptest::option::of(octets_in(0..13))),
        other in proptest::collection::btree_map((200u16..60_000).prop_map(ExtensionType), octets_in(0..20), 0..4),
    ) -> ClientHello {
        let present = [
            (ExtensionType::SERVER_NAME, sni.is_some()),
            (ExtensionType::SUPPORTED_VERSIONS, !versions.is_empty()),
            (ExtensionType::SUPPORTED_GROUPS, !groups.is_empty()),
            (ExtensionType::SIGNATURE_ALGORITHMS, !signature_schemes.is_empty()),
            (ExtensionType::ALPN, !alpn.is_empty()),
            (ExtensionType::MAX_FRAGMENT_LENGTH, max_fragment_length.is_some()),
            (ExtensionType::RECORD_SIZE_LIMIT, record_size_limit.is_some()),
            (ExtensionType::SESSION_TICKET, session_ticket.is_some()),
            (ExtensionType::RENEGOTIATION_INFO, renegotiation_info.is_some()),
        ];
        let known = present.into_iter().filter(|(_, present)| *present).map(|(kind, _)| kind);
        let extensions = known.chain(other.keys().copied()).collect();
        ClientHello {
            legacy_version, random, session_id, cipher_suites, compression_methods: vec![0], extensions, versions, groups,
            signature_schemes, sni, alpn, max_fragment_length, record_size_limit, session_ticket, renegotiation_info, other,
        }
    }
}

proptest! {
    #[test]
    fn what_is_encoded_parses_to_the_same(hello in any_hello()) {
        prop_assert_eq!(ClientHello::parse(&hello.encode()), Ok(hello));
    }

    #[test]
    fn arbitrary_octets_never_panic(octets in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = ClientHello::parse(&octets);
    }

    #[test]
    fn a_damaged_hello_never_panics(at in 0..HELLO.len(), octet: u8) {
        let mut octets = HELLO.to_vec();
        octets[at] = octet;
        let _ = ClientHello::parse(&octets);
    }
}
