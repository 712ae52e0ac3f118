use std::net::Ipv4Addr;
use std::time::Duration;

use nanorig_trace::{Time, Utc};
use nanorig_wire::lan::dhcp::{Kind, Message};
use nanorig_world::{Ipv4Config, Random, Segment, SegmentConfig, World};
use proptest::prelude::*;

use super::client::{Client, Output};
use crate::habits::DhcpHabits;
use crate::net::Address;

const MAC: [u8; 6] = [2, 0, 0, 0, 0, 7];
const IP: Ipv4Addr = Ipv4Addr::new(192, 168, 4, 2);
const SERVER: Ipv4Addr = Ipv4Addr::new(192, 168, 4, 1);

fn client(seed: u64, habits: DhcpHabits) -> Client {
    Client::new(Time::ZERO, MAC, habits, Random::new(seed).stream("dhcp"))
}

fn secs(time: Time) -> f64 {
    time.as_secs_f64()
}

/// The only message among `outputs`, with its destination.
fn sent(outputs: &[Output]) -> Option<(Message, Ipv4Addr)> {
    let mut messages = outputs.iter().filter_map(|output| match output {
        Output::Send { message, to } => Some((Message::clone(message), *to)),
        _ => None,
    });
    let first = messages.next();
    assert_eq!(messages.next(), None, "one message at a time");
    first
}

fn used(outputs: &[Output]) -> Option<Address> {
    outputs.iter().find_map(|output| match output {
        Output::Use(address) => Some(address.clone()),
        _ => None,
    })
}

/// Lets time pass until the client sends something.
fn next(client: &mut Client) -> (Time, Message, Ipv4Addr) {
    for _ in 0..100 {
        let now = client.next_deadline().expect("it has a timer");
        if let Some((message, to)) = sent(&client.poll(now)) {
            return (now, message, to);
        }
    }
    panic!("nothing was sent");
}

fn answer(request: &Message, kind: Kind, lease_s: u32) -> Message {
    let mut reply = Message::reply(request, kind, SERVER);
    reply.yiaddr = IP;
    reply.options.lease_time_s = Some(lease_s);
    reply.options.subnet_mask = Some(Ipv4Addr::new(255, 255, 255, 0));
    reply.options.routers = vec![SERVER];
    reply.options.dns_servers = vec![SERVER];
    reply
}

/// A client with a lease of `lease_s` from the start of the run.
fn bound(habits: DhcpHabits, lease_s: u32) -> Client {
    let mut client = client(1, habits);
    let (_, discover, _) = next(&mut client);
    let (request, _) = sent(&client.handle(Time::ZERO, &answer(&discover, Kind::Offer, lease_s))).unwrap();
    assert!(used(&client.handle(Time::ZERO, &answer(&request, Kind::Ack, lease_s))).is_some());
    client
}

#[test]
fn an_address_takes_four_messages() {
    let mut client = client(1, DhcpHabits::default());
    let (at, discover, to) = next(&mut client);
    assert_eq!((at, discover.kind, to), (Time::ZERO, Kind::Discover, Ipv4Addr::BROADCAST));
    assert_eq!(discover.options.client_id.as_deref(), Some(&[1, 2, 0, 0, 0, 0, 7][..]));
    let (request, to) = sent(&client.handle(Time::ZERO, &answer(&discover, Kind::Offer, 600))).unwrap();
    assert_eq!((request.kind, to, request.xid), (Kind::Request, Ipv4Addr::BROADCAST, discover.xid));
    assert_eq!(request.options.requested_address, Some(IP));
    assert_eq!(request.options.server_id, Some(SERVER));
    assert_eq!(request.ciaddr, Ipv4Addr::UNSPECIFIED);
    let address = used(&client.handle(Time::ZERO, &answer(&request, Kind::Ack, 600))).unwrap();
    let lease = Some(Duration::from_secs(600));
    assert_eq!(address, Address { ip: IP, prefix: 24, gateway: Some(SERVER), dns: vec![SERVER], lease });
}

#[test]
fn answers_to_others_are_ignored() {
    let mut client = client(1, DhcpHabits::default());
    let (_, discover, _) = next(&mut client);
    let offer = answer(&discover, Kind::Offer, 600);
    let other_xid = Message { xid: offer.xid ^ 1, ..offer.clone() };
    let other_mac = Message { chaddr: [9; 6], ..offer.clone() };
    let mut nobody = offer.clone();
    nobody.options.server_id = None;
    for wrong in [&other_xid, &other_mac, &nobody, &discover, &answer(&discover, Kind::Ack, 600)] {
        assert_eq!(client.handle(Time::ZERO, wrong), []);
    }
    assert!(!client.handle(Time::ZERO, &offer).is_empty());
}

#[test]
fn silence_is_answered_by_longer_and_longer_waits_that_differ_by_seed() {
    let gaps = |seed| {
        let mut client = client(seed, DhcpHabits::default());
        let times: Vec<Time> = (0..8).map(|_| next(&mut client).0).collect();
        times.windows(2).map(|pair| secs(pair[1]) - secs(pair[0])).collect::<Vec<f64>>()
    };
    let first = gaps(1);
    for (gap, nominal) in first.iter().zip([4.0, 8.0, 16.0, 32.0, 64.0, 64.0, 64.0]) {
        assert!((gap - nominal).abs() <= 1.0, "{gap} is not {nominal} +- 1 s");
    }
    assert_ne!(first, gaps(2));
    assert_ne!(gaps(2), gaps(3));
    assert_eq!(first, gaps(1));
}

#[test]
fn a_firmware_without_back_off_repeats_in_step() {
    let habits = DhcpHabits { back_off: false, jitter: Duration::ZERO, ..DhcpHabits::default() };
    let mut client = client(1, habits);
    let times: Vec<u64> = (0..4).map(|_| next(&mut client).0.as_millis()).collect();
    assert_eq!(times, [0, 4_000, 8_000, 12_000]);
}

#[test]
fn an_unanswered_request_goes_back_to_discover() {
    let mut client = client(1, DhcpHabits::default());
    let (_, discover, _) = next(&mut client);
    client.handle(Time::ZERO, &answer(&discover, Kind::Offer, 600));
    let kinds: Vec<Kind> = (0..4).map(|_| next(&mut client).1.kind).collect();
    assert_eq!(kinds, [Kind::Request, Kind::Request, Kind::Request, Kind::Discover]);
}

#[test]
fn requests_repeat_the_seconds_of_the_discover() {
    let mut client = client(1, DhcpHabits::default());
    let (_, first, _) = next(&mut client);
    let (at, second, _) = next(&mut client);
    assert_eq!((first.secs, u64::from(second.secs)), (0, at.as_millis() / 1_000));
    let late = at + Duration::from_secs(3);
    let (request, _) = sent(&client.handle(late, &answer(&second, Kind::Offer, 600))).unwrap();
    assert_eq!(request.secs, second.secs);
    let (_, again, _) = next(&mut client);
    assert_eq!((again.kind, again.secs), (Kind::Request, second.secs), "and so does each repetition");
}

#[test]
fn the_seconds_of_a_renewal_count_from_its_own_beginning() {
    let mut client = bound(DhcpHabits::default(), 3_600);
    let all: Vec<(u64, u16)> = (0..8)
        .map(|_| next(&mut client))
        .map(|(at, message, _)| (at.as_millis() / 1_000, message.secs))
        .collect();
    assert_eq!(all[0], (1_800, 0));
    assert_eq!(all[1], (2_475, 675));
    assert_eq!(all[6], (3_150, 1_350), "rebinding goes on with the same process");
    let mut only_rebinds = bound(DhcpHabits { renew_at_t1: false, ..DhcpHabits::default() }, 3_600);
    assert_eq!(next(&mut only_rebinds).1.secs, 0);
}

#[test]
fn an_address_that_no_host_has_is_not_taken() {
    for wrong in [[0, 0, 0, 0], [127, 0, 0, 1], [224, 0, 0, 1], [255, 255, 255, 255]] {
        let bad = |request: &Message, kind| Message { yiaddr: wrong.into(), ..answer(request, kind, 600) };
        let mut client = client(1, DhcpHabits::default());
        let (_, discover, _) = next(&mut client);
        assert_eq!(client.handle(Time::ZERO, &bad(&discover, Kind::Offer)), [], "{wrong:?}");
        let (request, _) = sent(&client.handle(Time::ZERO, &answer(&discover, Kind::Offer, 600))).unwrap();
        assert_eq!(client.handle(Time::ZERO, &bad(&request, Kind::Ack)), [], "{wrong:?}");
        let mut ack = answer(&request, Kind::Ack, 600);
        ack.options.routers = vec![wrong.into(), SERVER];
        assert_eq!(used(&client.handle(Time::ZERO, &ack)).unwrap().gateway, Some(SERVER), "{wrong:?}");
    }
}

#[test]
fn a_lease_is_renewed_at_t1_by_unicast_and_at_t2_by_broadcast() {
    let mut client = bound(DhcpHabits::default(), 120);
    let (at, renew, to) = next(&mut client);
    assert_eq!((secs(at), renew.kind, to, renew.ciaddr), (60.0, Kind::Request, SERVER, IP));
    assert_eq!((renew.options.requested_address, renew.options.server_id), (None, None));
    let (at, rebind, to) = next(&mut client);
    assert_eq!((secs(at), rebind.kind, to, rebind.ciaddr), (105.0, Kind::Request, Ipv4Addr::BROADCAST, IP));
    let at = Time::from_secs(106);
    assert!(used(&client.handle(at, &answer(&rebind, Kind::Ack, 120))).is_some());
    // The new lease counts from the REQUEST, not from the ACK.
    assert_eq!(client.next_deadline(), Some(Time::from_secs(165)));
}

#[test]
fn renewals_repeat_at_half_of_the_rest_but_not_under_a_minute() {
    let mut client = bound(DhcpHabits::default(), 3_600);
    let times: Vec<u64> = (0..7).map(|_| next(&mut client).0.as_secs_f64() as u64).collect();
    // T1 1800, T2 3150; halves of 1350, 675, 337, 168 and so on; then the broadcast at T2.
    assert_eq!(times, [1_800, 2_475, 2_812, 2_981, 3_065, 3_125, 3_150]);
}

#[test]
fn the_servers_own_t1_and_t2_count() {
    let mut client = client(1, DhcpHabits::default());
    let (_, discover, _) = next(&mut client);
    let (request, _) = sent(&client.handle(Time::ZERO, &answer(&discover, Kind::Offer, 600))).unwrap();
    let mut ack = answer(&request, Kind::Ack, 600);
    (ack.options.renewal_time_s, ack.options.rebinding_time_s) = (Some(10), Some(20));
    client.handle(Time::ZERO, &ack);
    assert_eq!((secs(next(&mut client).0), secs(next(&mut client).0)), (10.0, 20.0));
}

#[test]
fn nak_and_expiry_end_the_use_of_the_address_at_once() {
    let mut client = bound(DhcpHabits::default(), 120);
    let (at, renew, _) = next(&mut client);
    let outputs = client.handle(at, &Message::reply(&renew, Kind::Nak, SERVER));
    assert_eq!(outputs[0], Output::Lost("nak"));
    assert_eq!(sent(&outputs).unwrap().0.kind, Kind::Discover);

    let mut client = bound(DhcpHabits::default(), 120);
    let (_, _, _) = (next(&mut client), next(&mut client), ());
    assert_eq!(client.next_deadline(), Some(Time::from_secs(120)));
    let outputs = client.poll(Time::from_secs(120));
    assert_eq!(outputs[0], Output::Lost("expired"));
    assert_eq!(sent(&outputs).unwrap().0.kind, Kind::Discover);
}

#[test]
fn each_lease_habit_can_be_switched_off() {
    let base = DhcpHabits::default;
    let mut no_t1 = bound(DhcpHabits { renew_at_t1: false, ..base() }, 120);
    assert_eq!(no_t1.next_deadline(), Some(Time::from_secs(105)));
    let mut no_t2 = bound(DhcpHabits { rebind_at_t2: false, ..base() }, 120);
    let (at, _, _) = next(&mut no_t2);
    assert_eq!(secs(at), 60.0);
    assert_eq!(no_t2.next_deadline(), Some(Time::from_secs(120)), "no broadcast before the end");
    let (_, renew, _) = next(&mut no_t1);
    let mut deaf = bound(DhcpHabits { obey_nak: false, ..base() }, 120);
    let (at, own, _) = next(&mut deaf);
    assert_eq!(deaf.handle(at, &Message::reply(&own, Kind::Nak, SERVER)), []);
    assert_ne!(renew.xid, 0);
    let mut squatter = bound(DhcpHabits { obey_expiry: false, ..base() }, 120);
    let lost = (0..20).any(|_| {
        let now = squatter.next_deadline().unwrap();
        squatter.poll(now).iter().any(|output| matches!(output, Output::Lost(_)))
    });
    assert!(!lost);
    assert!(squatter.next_deadline().unwrap() > Time::from_secs(600), "it goes on asking");
    let never = DhcpHabits { renew_at_t1: false, rebind_at_t2: false, obey_expiry: false, ..base() };
    assert_eq!(bound(never, 120).next_deadline(), None);
    assert_eq!(bound(base(), u32::MAX).next_deadline(), None, "a lease for ever");
}

/// Addresses of every kind, the special ones more often than chance has them.
fn address() -> impl Strategy<Value = Ipv4Addr> {
    prop_oneof![any::<u32>(), 0xe000_0000_u32.., Just(0), Just(u32::MAX), Just(0x7f00_0001)]
        .prop_map(Ipv4Addr::from_bits)
}

proptest! {
    #[test]
    fn the_stack_takes_every_address_that_the_client_uses(
        yiaddr in address(),
        mask in prop::option::of(address()),
        routers in prop::collection::vec(address(), 0..3),
    ) {
        let mut client = client(1, DhcpHabits::default());
        let (_, discover, _) = next(&mut client);
        let offer = answer(&discover, Kind::Offer, 600);
        let (request, _) = sent(&client.handle(Time::ZERO, &offer)).unwrap();
        let mut ack = Message { yiaddr, ..answer(&request, Kind::Ack, 600) };
        (ack.options.subnet_mask, ack.options.routers) = (mask, routers);
        if let Some(Address { ip, prefix, gateway, .. }) = used(&client.handle(Time::ZERO, &ack)) {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
            runtime.block_on(async {
                let world = World::new(1, Utc::UNIX_EPOCH);
                let (_segment, port) = Segment::new(&world, SegmentConfig::default());
                let taken = port.configure(Ipv4Config { address: ip, prefix, gateway });
                assert_eq!(taken, Ok(()));
            });
        }
    }

    #[test]
    fn any_sequence_of_answers_is_survived(
        kinds in proptest::collection::vec((0_usize..8, any::<u32>(), any::<bool>()), 0..40),
        seed in any::<u64>(),
    ) {
        let mut client = client(seed, DhcpHabits::default());
        let mut now = Time::ZERO;
        let mut last = None;
        for (kind, lease, wait) in kinds {
            if wait && let Some(deadline) = client.next_deadline() {
                prop_assert!(deadline >= now, "a timer in the past would spin");
                now = deadline;
                last = sent(&client.poll(now)).map(|(message, _)| message).or(last);
            }
            if let Some(request) = &last {
                let outputs = client.handle(now, &answer(request, Kind::ALL[kind], lease));
                last = sent(&outputs).map(|(message, _)| message).or(last);
            }
        }
    }
}
