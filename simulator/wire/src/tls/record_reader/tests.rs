use proptest::prelude::*;

use super::*;

/// A ClientHello without extensions: TLS 1.2, one suite.
fn message() -> Vec<u8> {
    let mut body = vec![3, 3];
    body.extend([7; 32]);
    body.extend([0, 0, 2, 0xc0, 0x2f, 1, 0]);
    [&[1, 0, 0, u8::try_from(body.len()).expect("it is short")][..], &body].concat()
}

fn records(message: &[u8], size: usize) -> Vec<u8> {
    let record = |part: &[u8]| {
        let length = u16::try_from(part.len()).expect("records are short").to_be_bytes();
        [&[22, 3, 1][..], &length, part].concat()
    };
    message.chunks(size).flat_map(record).collect()
}

#[test]
fn a_message_is_found_over_records_and_segments() {
    for (record, segment) in [(1_000, 1_000), (1, 1), (7, 3), (45, 46)] {
        let mut reader = RecordReader::new(100);
        let stream = records(&message(), record);
        let found: Vec<Bytes> =
            stream.chunks(segment).filter_map(|part| reader.push(part).expect("it is well formed")).collect();
        assert_eq!(found, [Bytes::from(message())], "records of {record}, segments of {segment}");
        assert_eq!(reader.push(b"anything"), Ok(None), "only the first message is of interest");
    }
}

#[test]
fn what_follows_in_the_record_is_not_part_of_the_message() {
    let stream = records(&[message(), vec![16, 0, 0, 1, 9]].concat(), 1_000);
    assert_eq!(RecordReader::new(100).push(&stream), Ok(Some(Bytes::from(message()))));
}

#[test]
fn a_message_at_the_limit_passes_and_one_octet_more_is_refused() {
    let stream = records(&message(), 1_000);
    assert!(RecordReader::new(message().len()).push(&stream).is_ok_and(|found| found.is_some()));
    let error = RecordReader::new(message().len() - 1).push(&stream).expect_err("the limit is lower");
    assert_eq!(error.problem, Problem::Length { found: 45, allowed: "the reader's limit" });
}

#[test]
fn other_streams_are_refused_at_once() {
    let error =
        |octets: &[u8]| RecordReader::new(100).push(octets).expect_err("not a ClientHello").to_string();
    assert_eq!(error(b"G"), "ContentType at octet 0 is 71 where 22 (handshake) is allowed (RFC 8446 5.1)");
    assert_eq!(error(&[22, 2]), "legacy_record_version at octet 1 is 2 where 3.x is allowed (RFC 8446 5.1)");
    assert_eq!(
        error(&[22, 3, 1, 0, 0]),
        "length at octet 3 has 0 octets where 1 to 16384 is allowed (RFC 8446 5.1)"
    );
    assert_eq!(
        error(&[22, 3, 1, 0x40, 1]),
        "length at octet 3 has 16385 octets where 1 to 16384 is allowed (RFC 8446 5.1)"
    );
    assert_eq!(
        error(&[22, 3, 1, 0, 9, 2]),
        "msg_type at octet 0 is 2 where 1 (client_hello) is allowed (RFC 8446 4)"
    );
    // An alert after the first record of a split message: the offset counts from the start of the stream.
    let mut reader = RecordReader::new(100);
    reader.push(&[22, 3, 1, 0, 2, 1, 0]).expect("a first part");
    assert_eq!(reader.push(&[21]).expect_err("an alert").offset, 7);
}

proptest! {
    #[test]
    fn arbitrary_octets_never_panic_nor_pile_up(parts in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..60), 0..20)) {
        let mut reader = RecordReader::new(64);
        for part in parts {
            if reader.push(&part).is_err() {
                break;
            }
            prop_assert!(reader.message.len() <= 64 + 60);
        }
    }

    #[test]
    fn any_split_gives_the_same_message(record in 1usize..60, cuts in proptest::collection::vec(1usize..20, 1..200)) {
        let stream = records(&message(), record);
        let (mut reader, mut rest, mut found) = (RecordReader::new(64), &stream[..], None);
        for cut in cuts.into_iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (part, after) = rest.split_at(cut.min(rest.len()));
            found = found.or(reader.push(part).expect("it is well formed"));
            rest = after;
        }
        prop_assert_eq!(found, Some(Bytes::from(message())));
    }
}
