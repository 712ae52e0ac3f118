use std::net::Ipv4Addr;

use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::octets::Problem;

fn name(text: &str) -> Name {
    text.parse().expect("tests write good names")
}

/// A query for `a.net` as any stub resolver sends it.
const QUERY: &[u8] = b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x01a\x03net\x00\x00\x01\x00\x01";

#[test]
fn a_query_has_the_octets_of_the_standard() {
    let query = Message::query(0x1234, name("a.net"), RecordType::A);
    assert_eq!(query.encode(), QUERY);
    assert_eq!(Message::decode(QUERY), Ok(query));
}

#[test]
fn names_of_rfc1035_4_1_4_are_followed_through_their_pointers() {
    // F.ISI.ARPA at 20, FOO + pointer to 20 at 40, pointer to 26 (ARPA) at 64, the root at 92.
    let mut message = vec![0u8; 93];
    message[20..32].copy_from_slice(b"\x01F\x03ISI\x04ARPA\x00");
    message[40..46].copy_from_slice(b"\x03FOO\xc0\x14");
    message[64..66].copy_from_slice(b"\xc0\x1a");
    let read = |at: usize| {
        let mut octets = crate::octets::Octets::new(&message, "test");
        octets.take(at, "lead").expect("the message is longer");
        let name =
            compression::read_name(&message, &mut octets).expect("the names are those of the standard");
        (name.to_string(), octets.offset())
    };
    assert_eq!(read(20), ("F.ISI.ARPA".to_owned(), 32));
    assert_eq!(read(40), ("FOO.F.ISI.ARPA".to_owned(), 46));
    assert_eq!(read(64), ("ARPA".to_owned(), 66));
    assert_eq!(read(92), (".".to_owned(), 93));
}

#[test]
fn a_response_with_an_alias_is_read_and_written_with_pointers() {
    let response: &[u8] = b"\x12\x34\x81\x80\x00\x01\x00\x02\x00\x00\x00\x00\x01a\x03net\x00\x00\x01\x00\x01\
        \xc0\x0c\x00\x05\x00\x01\x00\x00\x00\x3c\x00\x04\x01b\xc0\x0e\
        \xc0\x23\x00\x01\x00\x01\x00\x00\x00\x1e\x00\x04\xc6\x33\x64\x07";
    let decoded = Message::decode(response).expect("it is well formed");
    assert!(decoded.answers_query(&Message::decode(QUERY).expect("checked above")));
    let expected = vec![
        Record::cname(name("a.net"), 60, name("b.net")),
        Record::a(name("b.net"), 30, Ipv4Addr::new(198, 51, 100, 7)),
    ];
    assert_eq!(decoded.answers, expected);
    assert_eq!(decoded.encode(), response);
}

#[test]
fn pointers_that_do_not_go_back_are_refused() {
    let header = b"\x00\x01\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00";
    for (tail, target) in [
        (&b"\xc0\x0c\x00\x01\x00\x01"[..], 12),
        (b"\xc0\x20\x00\x01\x00\x01", 32),
        (b"\x01a\xc0\x0c\x00\x01\x00\x01", 12),
    ] {
        let error =
            Message::decode(&[&header[..], tail].concat()).expect_err("the pointer loops or goes ahead");
        assert_eq!(error.problem, Problem::Pointer { target });
        assert_eq!(error.clause, "RFC 1035 4.1.4");
    }
    let error = Message::decode(&[&header[..], b"\xc0\x0c\x00\x01\x00\x01"].concat()).expect_err("as above");
    assert_eq!(
        error.to_string(),
        "compression pointer at octet 12 points to octet 12, which is not an earlier name (RFC 1035 4.1.4)"
    );
}

#[test]
fn a_name_may_follow_128_pointers_and_not_one_more() {
    let mut message = b"\x01a\x00".to_vec();
    let mut target = 0_u16;
    for hop in 1..=129 {
        let at = message.len();
        message.extend((0xc000 | target).to_be_bytes());
        target = u16::try_from(at).expect("it is short");
        let mut octets = crate::octets::Octets::new(&message, "test");
        octets.take(at, "lead").expect("the message is longer");
        let read = compression::read_name(&message, &mut octets);
        assert_eq!(read.is_ok(), hop <= 128, "{hop} pointers: {read:?}");
    }
}

#[test]
fn the_longest_name_passes_and_one_octet_more_does_not() {
    let label = "x".repeat(63);
    let longest = format!("{label}.{label}.{label}.{}", "y".repeat(61));
    let query = Message::query(1, name(&longest), RecordType::A);
    let octets = query.encode();
    assert_eq!(octets.len(), 12 + 255 + 4);
    assert_eq!(Message::decode(&octets), Ok(query));
    assert_eq!(format!("{longest}y").parse::<Name>(), Err(NameError::Length { octets: 256 }));
    assert!(matches!("x".repeat(64).parse::<Name>(), Err(NameError::Label { .. })));
    assert!(matches!("a..b".parse::<Name>(), Err(NameError::Label { .. })));
    assert_eq!("a b".parse::<Name>(), Err(NameError::Character { found: ' ' }));
}

#[test]
fn headers_records_and_ends_are_checked() {
    let mut bad = QUERY.to_vec();
    bad[3] = 0x40;
    let error = Message::decode(&bad).expect_err("Z must be zero");
    assert_eq!((error.field, error.offset, error.clause), ("Z", 2, "RFC 1035 4.1.1"));
    let error = Message::decode(&[QUERY, b"\0"].concat()).expect_err("an octet is left");
    assert_eq!(error.problem, Problem::Trailing { left: 1 });
    let error = Message::decode(&QUERY[..20]).expect_err("the class is missing");
    assert_eq!(error.field, "QTYPE");
    // ANCOUNT 65535 with nothing behind it is refused without reserving memory for it.
    let mut bad = QUERY.to_vec();
    bad[6..8].copy_from_slice(&[0xff, 0xff]);
    assert!(matches!(Message::decode(&bad).expect_err("no answers").problem, Problem::Truncated { .. }));
    // An A record of five octets.
    let record = b"\x00\x00\x01\x00\x01\x00\x00\x00\x00\x00\x05abcde";
    let mut bad = [QUERY, record].concat();
    bad[7] = 1;
    assert_eq!(Message::decode(&bad).expect_err("five octets").clause, "RFC 1035 3.4.1");
}

#[test]
fn a_long_answer_is_cut_and_says_so() {
    let query = Message::query(1, name("pool.example"), RecordType::A);
    let mut reply = Message::reply(&query, Rcode::NoError);
    reply.answers =
        (0..60).map(|n| Record::a(name("pool.example"), 5, Ipv4Addr::new(192, 0, 2, n))).collect();
    assert!(reply.encode().len() > UDP_LIMIT);
    let cut = Message::decode(&reply.encode_within(UDP_LIMIT)).expect("it is our own");
    assert!(cut.truncated && !cut.answers.is_empty() && cut.answers.len() < 60);
    assert_eq!(Message::decode(&reply.encode_within(4_096)), Ok(reply));
}

#[test]
fn a_ttl_with_the_highest_bit_means_zero() {
    let record = |ttl_s| Record::a(name("a"), ttl_s, Ipv4Addr::LOCALHOST);
    assert_eq!(record(0x7fff_ffff).ttl().as_secs(), 0x7fff_ffff);
    assert_eq!(record(0x8000_0000).ttl().as_secs(), 0);
}

#[test]
fn stream_messages_wait_for_their_last_octet() {
    let stream = to_tcp(QUERY);
    assert_eq!(&stream[..2], [0, 23]);
    assert_eq!(from_tcp(&stream[..24]), None);
    assert_eq!(from_tcp(&[&stream[..], b"next"].concat()), Some((Bytes::from_static(QUERY), 25)));
}

/// Names of every length that the standard allows, and often of the longest.
fn any_name() -> impl Strategy<Value = Name> {
    let label = || prop_oneof![3 => "[A-Za-z0-9_-]{1,12}", 1 => "[a-z0-9]{60,63}"];
    let many = proptest::collection::vec("[a-z]", 100..=127).prop_map(|labels| labels.join("."));
    let long = (proptest::collection::vec("[a-z]{63}", 3), "[a-z]{57,61}")
        .prop_map(|(labels, last)| format!("{}.{last}", labels.join(".")));
    prop_oneof![
        8 => proptest::collection::vec(label(), 1..6).prop_map(|labels| labels.join(".")),
        1 => many,
        1 => long,
        2 => Just(".".to_owned()),
    ]
    .prop_filter_map("a name of at most 255 octets", |text| text.parse().ok())
}

fn any_record() -> impl Strategy<Value = Record> {
    let other = (43u16..250, proptest::collection::vec(any::<u8>(), 0..40))
        .prop_map(|(kind, bytes)| RecordData::Other { kind: RecordType(kind), bytes: bytes.into() });
    let data = prop_oneof![
        any::<[u8; 4]>().prop_map(|octets| RecordData::A(octets.into())),
        any_name().prop_map(RecordData::Cname),
        other,
    ];
    (any_name(), any::<u32>(), data).prop_map(|(name, ttl_s, data)| Record {
        name,
        class: CLASS_IN,
        ttl_s,
        data,
    })
}

prop_compose! {
    fn any_message()(
        id: u16,
        bits: [bool; 7],
        opcode in 0u8..16,
        rcode in 0u8..16,
        questions in proptest::collection::vec((any_name(), any::<u16>(), any::<u16>()), 0..3),
        answers in proptest::collection::vec(any_record(), 0..5),
        authorities in proptest::collection::vec(any_record(), 0..3),
        additionals in proptest::collection::vec(any_record(), 0..3),
    ) -> Message {
        Message {
            id,
            response: bits[0],
            opcode: Opcode::from_number(opcode),
            authoritative: bits[1],
            truncated: bits[2],
            recursion_desired: bits[3],
            recursion_available: bits[4],
            authentic_data: bits[5],
            checking_disabled: bits[6],
            rcode: Rcode::from_number(rcode),
            questions: questions.into_iter().map(|(name, kind, class)| Question { name, kind: RecordType(kind), class }).collect(),
            answers,
            authorities,
            additionals,
        }
    }
}

proptest! {
    #[test]
    fn what_is_encoded_decodes_to_the_same(message in any_message()) {
        let octets = message.encode();
        prop_assert_eq!(Message::decode(&octets).map(|m| format!("{m:?}")), Ok(format!("{message:?}")));
    }

    #[test]
    fn names_beyond_the_reach_of_pointers_are_written_out(
        padding in 0x3f00_usize..0x4100,
        names in proptest::collection::vec(any_name(), 1..12),
    ) {
        let filler = RecordData::Other { kind: RecordType(99), bytes: vec![0xc0; padding].into() };
        let mut message = Message { response: true, ..Message::default() };
        message.answers.push(Record { name: Name::root(), class: CLASS_IN, ttl_s: 1, data: filler });
        for owner in names.iter().chain(&names) {
            message.answers.push(Record::a(owner.clone(), 1, Ipv4Addr::LOCALHOST));
        }
        prop_assert_eq!(Message::decode(&message.encode()), Ok(message));
    }

    #[test]
    fn texts_are_names_up_to_the_limits(
        labels in prop_oneof![
            proptest::collection::vec("[a-z]{0,66}", 1..9),
            proptest::collection::vec("[a-z]{1,2}", 100..130),
        ],
    ) {
        let text = labels.join(".");
        let absolute = labels.last().is_some_and(String::is_empty) && labels.len() > 1;
        let labels = if absolute { &labels[..labels.len() - 1] } else { &labels[..] };
        let octets = 1 + labels.iter().map(|label| label.len() + 1).sum::<usize>();
        let fits = text == "." || octets <= 255 && labels.iter().all(|label| (1..=63).contains(&label.len()));
        prop_assert_eq!(text.parse::<Name>().is_ok(), fits, "{} octets", octets);
    }

    #[test]
    fn what_is_cut_fits_and_is_the_beginning(message in any_message(), limit in 12_usize..2_000) {
        let whole = message.encode();
        let octets = message.encode_within(limit);
        let cut = Message::decode(&octets).expect("it is our own");
        let least = Message {
            answers: vec![], authorities: vec![], additionals: vec![], ..message.clone()
        };
        prop_assert!(octets.len() <= limit.max(least.encode().len()));
        prop_assert_eq!(octets == whole, whole.len() <= limit || whole == least.encode());
        prop_assert_eq!(&cut.questions, &message.questions);
        for (left, all) in [
            (&cut.answers, &message.answers),
            (&cut.authorities, &message.authorities),
            (&cut.additionals, &message.additionals),
        ] {
            prop_assert!(all.starts_with(left));
        }
        let lost = cut.answers.len() < message.answers.len() || cut.authorities.len() < message.authorities.len();
        prop_assert_eq!(cut.truncated, message.truncated || lost);
    }

    #[test]
    fn arbitrary_octets_never_panic(octets in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Message::decode(&octets);
    }

    #[test]
    fn damaged_messages_never_panic(message in any_message(), at: prop::sample::Index, octet: u8) {
        let mut octets = message.encode();
        let at = at.index(octets.len());
        octets[at] = octet;
        let _ = Message::decode(&octets);
    }
}
