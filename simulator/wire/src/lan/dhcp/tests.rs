use std::net::Ipv4Addr;

use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::octets::Problem;

const MAC: [u8; 6] = [0x02, 0, 0, 0, 0, 0x2a];

/// A message with these options after the magic cookie.
fn raw(op: u8, sname: &[u8], file: &[u8], options: &[u8]) -> Vec<u8> {
    let mut octets = vec![op, 1, 6, 0, 0xde, 0xad, 0xbe, 0xef, 0, 7, 0x80, 0];
    octets.extend([0, 0, 0, 0, 192, 0, 2, 50, 192, 0, 2, 1, 0, 0, 0, 0]);
    octets.extend(MAC);
    octets.resize(44, 0);
    octets.extend(sname);
    octets.resize(108, 0);
    octets.extend(file);
    octets.resize(236, 0);
    octets.extend([99, 130, 83, 99]);
    octets.extend(options);
    octets
}

#[test]
fn an_ack_is_read_field_by_field() {
    let options = b"\x35\x01\x05\x36\x04\xc0\x00\x02\x01\x33\x04\x00\x00\x00\x78\x3a\x04\x00\x00\x00\x3c\x3b\x04\x00\x00\x00\x69\
        \x01\x04\xff\xff\xff\x00\x03\x04\xc0\x00\x02\x01\x06\x08\xc0\x00\x02\x01\xc0\x00\x02\x02\x00\x00\xff";
    let message = Message::decode(&raw(2, b"boot\0junk", b"", options)).expect("it is well formed");
    let address = |last| Ipv4Addr::new(192, 0, 2, last);
    assert_eq!(
        (message.op, message.kind, message.xid, message.secs),
        (Op::BootReply, Kind::Ack, 0xdead_beef, 7)
    );
    assert!(message.broadcast);
    assert_eq!(
        (message.ciaddr, message.yiaddr, message.siaddr),
        (Ipv4Addr::UNSPECIFIED, address(50), address(1))
    );
    assert_eq!((message.chaddr, &message.sname[..]), (MAC, &b"boot"[..]));
    let expected = Options {
        subnet_mask: Some(Ipv4Addr::new(255, 255, 255, 0)),
        routers: vec![address(1)],
        dns_servers: vec![address(1), address(2)],
        lease_time_s: Some(120),
        server_id: Some(address(1)),
        renewal_time_s: Some(60),
        rebinding_time_s: Some(105),
        ..Options::default()
    };
    assert_eq!(message.options, expected);
}

#[test]
fn a_discover_has_the_octets_of_the_standard() {
    let mut discover = Message::request(Kind::Discover, 0x0102_0304, MAC);
    discover.options.parameter_request = vec![1, 3, 6];
    discover.options.client_id = Some(Bytes::from([&[1][..], &MAC].concat()));
    discover.options.host_name = Some(Bytes::from_static(b"nano"));
    let octets = discover.encode();
    assert_eq!(octets.len(), 300);
    assert_eq!(octets[..12], [1, 1, 6, 0, 1, 2, 3, 4, 0, 0, 0, 0]);
    assert_eq!(octets[28..34], MAC);
    let options = b"\x63\x82\x53\x63\x35\x01\x01\x0c\x04nano\x37\x03\x01\x03\x06\x3d\x07\x01\x02\x00\x00\x00\x00\x2a\xff\x00";
    assert_eq!(octets[236..236 + options.len()], options[..]);
    assert_eq!(Message::decode(&octets), Ok(discover));
}

#[test]
fn options_in_overloaded_fields_are_found_file_first() {
    // 12 (host name) is split over all three fields: options, file, sname.
    let octets = raw(
        2,
        b"\x0c\x01c\x01\x04\xff\xff\x00\x00\xff",
        b"\x0c\x01b\xff",
        b"\x35\x01\x02\x34\x01\x03\x0c\x01a\xff",
    );
    let message = Message::decode(&octets).expect("overload is allowed");
    assert_eq!(message.options.host_name, Some(Bytes::from_static(b"abc")));
    assert_eq!(message.options.subnet_mask, Some(Ipv4Addr::new(255, 255, 0, 0)));
    assert!(message.sname.is_empty() && message.file.is_empty());
    let error =
        Message::decode(&raw(2, b"", b"", b"\x35\x01\x02\x34\x01\x04\xff")).expect_err("4 overloads nothing");
    assert_eq!(error.clause, "RFC 2132 9.3");
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    let decode = |options: &[u8]| Message::decode(&raw(1, b"", b"", options)).expect_err("it is malformed");
    let error = decode(b"\x33\x04\0\0\0\x78\xff");
    assert_eq!((error.clause, error.problem), ("RFC 2132 9.6", Problem::Missing));
    let error = decode(b"\x35\x01\x09\xff");
    assert_eq!(
        error.to_string(),
        "DHCP message type at octet 242 is 9 where 1 to 8 is allowed (RFC 2132 9.6)"
    );
    let error = decode(b"\x35\x01\x01\x33\x03\0\0\x78\xff");
    assert_eq!(
        error.to_string(),
        "IP address lease time at octet 245 has 3 octets where 4 is allowed (RFC 2132 9.2)"
    );
    let error = decode(b"\x35\x01\x01\x03\x05\0\0\0\0\0\xff");
    assert_eq!((error.clause, error.field), ("RFC 2132 3.5", "router"));
    let error = decode(b"\x35\x01\x01\x39\x02\x02\x3f\xff");
    assert_eq!(error.problem, Problem::Value { found: 575, allowed: "at least 576" });
    let error = decode(b"\x35\x01\x01\x3d\x01\x01\xff");
    assert_eq!(error.clause, "RFC 2132 9.14");
    let error = decode(b"\x35\x01\x01\x0c\x20ab");
    assert_eq!(error.problem, Problem::Truncated { wanted: 32, left: 2 });
    let mut octets = raw(1, b"", b"", b"\x35\x01\x01\xff");
    octets[236] = 0;
    assert_eq!(Message::decode(&octets).expect_err("no cookie").field, "magic cookie");
    octets[0] = 3;
    assert_eq!(Message::decode(&octets).expect_err("no such op").field, "op");
}

#[test]
fn the_end_option_may_be_missing_and_what_follows_it_is_ignored() {
    assert!(Message::decode(&raw(1, b"", b"", b"\x35\x01\x01")).is_ok());
    assert!(Message::decode(&raw(1, b"", b"", b"\x35\x01\x01\xff\x35\x09")).is_ok());
}

#[test]
fn long_options_are_split_and_joined() {
    let mut message = Message::request(Kind::Inform, 1, MAC);
    message.options.other.insert(200, Bytes::from(vec![7; 600]));
    message.options.other.insert(201, Bytes::new());
    let octets = message.encode();
    assert_eq!(Message::decode(&octets), Ok(message));
}

#[test]
fn a_reply_belongs_to_its_request() {
    let mut request = Message::request(Kind::Request, 9, MAC);
    request.ciaddr = Ipv4Addr::new(192, 0, 2, 50);
    let server = Ipv4Addr::new(192, 0, 2, 1);
    let ack = Message::reply(&request, Kind::Ack, server);
    assert_eq!(
        (ack.op, ack.xid, ack.ciaddr, ack.options.server_id),
        (Op::BootReply, 9, request.ciaddr, Some(server))
    );
    assert_eq!(Message::reply(&request, Kind::Nak, server).ciaddr, Ipv4Addr::UNSPECIFIED);
}

fn address() -> impl Strategy<Value = Ipv4Addr> {
    any::<[u8; 4]>().prop_map(Ipv4Addr::from)
}

fn text(least: usize) -> impl Strategy<Value = Option<Bytes>> {
    proptest::option::of(proptest::collection::vec(any::<u8>(), least..300).prop_map(Bytes::from))
}

prop_compose! {
    fn any_options()(
        (subnet_mask, requested_address, server_id, broadcast_address) in
            (proptest::option::of(address()), proptest::option::of(address()), proptest::option::of(address()), proptest::option::of(address())),
        (routers, dns_servers, ntp_servers) in
            (proptest::collection::vec(address(), 0..4), proptest::collection::vec(address(), 0..70), proptest::collection::vec(address(), 0..3)),
        (lease_time_s, renewal_time_s, rebinding_time_s) in any::<(Option<u32>, Option<u32>, Option<u32>)>(),
        (host_name, domain_name, message, vendor_class, client_id) in (text(1), text(1), text(1), text(1), text(2)),
        interface_mtu in proptest::option::of(68u16..),
        max_message_size in proptest::option::of(576u16..),
        parameter_request in proptest::collection::vec(any::<u8>(), 0..12),
        other in proptest::collection::btree_map(62u8..255, proptest::collection::vec(any::<u8>(), 0..300).prop_map(Bytes::from), 0..3),
    ) -> Options {
        Options {
            subnet_mask, routers, dns_servers, host_name, domain_name, interface_mtu, broadcast_address, ntp_servers, requested_address,
            lease_time_s, server_id, parameter_request, message, max_message_size, renewal_time_s, rebinding_time_s, vendor_class, client_id, other,
        }
    }
}

prop_compose! {
    fn any_message()(
        reply: bool, broadcast: bool, hops: u8, xid: u32, secs: u16,
        kind in prop::sample::select(Kind::ALL.to_vec()),
        addresses in [address(), address(), address(), address()],
        chaddr: [u8; 6],
        sname in proptest::collection::vec(1u8.., 0..=64),
        file in proptest::collection::vec(1u8.., 0..=128),
        options in any_options(),
    ) -> Message {
        let [ciaddr, yiaddr, siaddr, giaddr] = addresses;
        let op = if reply { Op::BootReply } else { Op::BootRequest };
        Message { op, kind, hops, xid, secs, broadcast, ciaddr, yiaddr, siaddr, giaddr, chaddr, sname, file, options }
    }
}

proptest! {
    #[test]
    fn what_is_encoded_decodes_to_the_same(message in any_message()) {
        prop_assert_eq!(Message::decode(&message.encode()), Ok(message));
    }

    #[test]
    fn arbitrary_options_never_panic(options in proptest::collection::vec(any::<u8>(), 0..120)) {
        let _ = Message::decode(&raw(1, &options, &options, &options));
        let _ = Message::decode(&options);
    }

    #[test]
    fn damaged_messages_never_panic(message in any_message(), at: prop::sample::Index, octet: u8, cut: bool) {
        let mut octets = message.encode();
        let at = at.index(octets.len());
        octets[at] = octet;
        if cut {
            octets.truncate(at);
        }
        let _ = Message::decode(&octets);
    }
}
