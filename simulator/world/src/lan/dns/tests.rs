use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::Duration;

use nanorig_trace::Utc;
use nanorig_trace::event::{ConnEvent, Direction, Event};
use nanorig_wire::lan::dns::{Message, Name, Rcode, RecordData, RecordType, from_tcp, to_tcp};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{Answer, DnsServer};
use crate::{DevicePort, Ipv4Config, Segment, SegmentConfig, TcpOptions, World};

const HUB: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 10);
const AT: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(192, 168, 4, 1), 53);

struct Bench {
    world: World,
    port: DevicePort,
    dns: DnsServer,
}

impl Bench {
    fn new() -> Self {
        let world = World::new(1, Utc::UNIX_EPOCH);
        let (_segment, port) = Segment::new(&world, SegmentConfig::default());
        port.set_link(true);
        let address = Ipv4Addr::new(192, 168, 4, 2);
        port.configure(Ipv4Config { address, prefix: 24, gateway: Some(*AT.ip()) }).unwrap();
        let dns = DnsServer::new();
        dns.serve(&world, AT);
        dns.set_a("hub.test", &[HUB]).unwrap();
        Self { world, port, dns }
    }

    /// All answers that come within a second, with their senders.
    async fn ask_all(&self, name: &str, kind: RecordType) -> Vec<(Message, SocketAddrV4)> {
        let socket = self.port.udp_bind(0, 8).unwrap();
        socket.send_to(&query(name, kind).encode(), AT).unwrap();
        let mut answers = Vec::new();
        while let Ok(Ok((payload, from))) =
            tokio::time::timeout(Duration::from_secs(1), socket.recv_from()).await
        {
            assert!(payload.len() <= 512);
            answers.push((Message::decode(&payload).unwrap(), from));
        }
        answers
    }

    async fn ask(&self, name: &str) -> Message {
        let answers = self.ask_all(name, RecordType::A).await;
        assert_eq!(answers.len(), 1);
        answers.into_iter().next().unwrap().0
    }
}

fn query(name: &str, kind: RecordType) -> Message {
    Message::query(0x4242, name.parse().unwrap(), kind)
}

fn addresses(message: &Message) -> Vec<Ipv4Addr> {
    message
        .answers
        .iter()
        .filter_map(|record| match record.data {
            RecordData::A(ip) => Some(ip),
            _ => None,
        })
        .collect()
}

#[tokio::test(start_paused = true)]
async fn addresses_come_in_order_with_their_ttl_and_change_at_run_time() {
    let bench = Bench::new();
    let second = Ipv4Addr::new(203, 0, 113, 11);
    bench.dns.set_ttl(Duration::from_secs(30));
    bench.dns.set_a("Hub.Test", &[second, HUB]).unwrap();
    let answer = bench.ask("hub.test").await;
    assert!(answer.answers_query(&query("hub.test", RecordType::A)));
    assert_eq!(addresses(&answer), [second, HUB]);
    assert!(answer.answers.iter().all(|record| record.ttl_s == 30));
    bench.dns.set_ttl_for("hub.test", Some(Duration::MAX)).unwrap();
    assert_eq!(bench.ask("hub.test").await.answers[0].ttl_s, 0x7FFF_FFFF, "RFC 2181 8");
    bench.dns.remove("hub.test").unwrap();
    assert_eq!(bench.ask("hub.test").await.rcode, Rcode::NxDomain);
    assert!(bench.dns.set_a("no name", &[HUB]).is_err());
}

#[tokio::test(start_paused = true)]
async fn chains_are_followed_and_loops_are_not() {
    let bench = Bench::new();
    for (name, target) in [("a.test", "b.test"), ("b.test", "c.test"), ("c.test", "hub.test")] {
        bench.dns.set_cname(name, target).unwrap();
    }
    let answer = bench.ask("a.test").await;
    let chain: Vec<_> = answer.answers.iter().map(|record| record.name.as_str().to_owned()).collect();
    assert_eq!(chain, ["a.test", "b.test", "c.test", "hub.test"]);
    assert_eq!(addresses(&answer), [HUB]);
    bench.dns.set_cname("hub.test", "a.test").unwrap();
    assert_eq!(bench.ask("a.test").await.rcode, Rcode::ServFail);
    bench.dns.set_cname("dead.test", "gone.test").unwrap();
    assert_eq!(bench.ask("dead.test").await.rcode, Rcode::NxDomain);
}

#[tokio::test(start_paused = true)]
async fn other_types_of_a_name_exist_without_records() {
    let bench = Bench::new();
    let answers = bench.ask_all("hub.test", RecordType::AAAA).await;
    assert_eq!((answers[0].0.rcode, answers[0].0.answers.len()), (Rcode::NoError, 0));
}

#[tokio::test(start_paused = true)]
async fn answers_can_be_errors_silence_or_late() {
    let bench = Bench::new();
    bench.dns.set_answer(Answer::ServFail);
    assert_eq!(bench.ask("hub.test").await.rcode, Rcode::ServFail);
    bench.dns.set_answer_for("hub.test", Some(Answer::NxDomain)).unwrap();
    assert_eq!(bench.ask("hub.test").await.rcode, Rcode::NxDomain);
    assert_eq!(bench.ask("other.test").await.rcode, Rcode::ServFail);
    bench.dns.set_answer_for("hub.test", None).unwrap();
    bench.dns.set_answer(Answer::Silence);
    assert!(bench.ask_all("hub.test", RecordType::A).await.is_empty());
    let portal = Ipv4Addr::new(192, 168, 4, 1);
    bench.dns.set_answer(Answer::Everything { address: portal });
    assert_eq!(addresses(&bench.ask("anything.test").await), [portal]);
    bench.dns.set_answer(Answer::Zone);
    bench.dns.set_delay(Duration::from_millis(700));
    let began = bench.world.clock.now();
    bench.ask("hub.test").await;
    assert_eq!(bench.world.clock.now().since(began).as_millis(), 1_700, "700 ms, then a second without more");
}

#[tokio::test(start_paused = true)]
async fn forgeries_come_first_and_each_shows_in_one_point() {
    let bench = Bench::new();
    let liar = Ipv4Addr::new(6, 6, 6, 6);
    bench.dns.set_answer(Answer::Spoof { address: liar });
    let answers = bench.ask_all("hub.test", RecordType::A).await;
    assert_eq!(answers.len(), 4);
    let asked = query("hub.test", RecordType::A);
    let [(id, _), (question, _), (source, from), (truth, server)] = answers.as_slice() else {
        panic!("four")
    };
    assert!([id, question, source].iter().all(|forged| addresses(forged) == [liar]));
    assert!(id.id != asked.id && id.questions == asked.questions);
    assert!(question.id == asked.id && question.questions != asked.questions);
    assert!(source.answers_query(&asked) && *from != AT);
    assert!(truth.answers_query(&asked) && *server == AT);
    assert_eq!(addresses(truth), [HUB]);
}

#[tokio::test(start_paused = true)]
async fn truncated_answers_are_whole_over_tcp() {
    let bench = Bench::new();
    let many: Vec<_> = (0..60).map(|last| Ipv4Addr::new(203, 0, 113, last)).collect();
    bench.dns.set_a("many.test", &many).unwrap();
    let cut = bench.ask("many.test").await;
    assert!(cut.truncated && addresses(&cut).len() < 60, "over 512 bytes by itself");
    bench.dns.set_answer(Answer::Truncate);
    let cut = bench.ask("hub.test").await;
    assert!(cut.truncated && cut.answers.is_empty());

    let mut socket = bench.port.tcp_connect(AT, TcpOptions::default()).unwrap();
    for name in ["hub.test", "many.test"] {
        socket.write_all(&to_tcp(&query(name, RecordType::A).encode())).await.unwrap();
    }
    let mut received = Vec::new();
    let mut counts = Vec::new();
    while counts.len() < 2 {
        socket.read_buf(&mut received).await.unwrap();
        while let Some((message, taken)) = from_tcp(&received) {
            received.drain(..taken);
            let message = Message::decode(&message).unwrap();
            assert!(!message.truncated);
            counts.push(addresses(&message).len());
        }
    }
    assert_eq!(counts, [1, 60]);
    assert_eq!(socket.read(&mut [0; 1]).await.unwrap(), 0, "closed by the server after 10 s of silence");
    let mut packets = Vec::new();
    bench.world.recorder.visit_from(0, |record| match &record.event {
        Event::Conn(ConnEvent::Packet { direction, .. }) => packets.push(Some(*direction)),
        Event::Conn(ConnEvent::Closed { .. }) => packets.push(None),
        _ => {}
    });
    let both = [Some(Direction::FromDevice), Some(Direction::ToDevice)];
    assert_eq!(packets, [both[0], both[1], both[0], both[1], None]);
}

#[tokio::test(start_paused = true)]
async fn one_of_its_addresses_may_be_silent() {
    let bench = Bench::new();
    let other = SocketAddrV4::new(Ipv4Addr::new(198, 51, 100, 53), 53);
    bench.dns.serve(&bench.world, other);
    bench.dns.set_answer_at(*AT.ip(), Some(Answer::Silence));
    assert!(bench.ask_all("hub.test", RecordType::A).await.is_empty());
    let socket = bench.port.udp_bind(0, 8).unwrap();
    socket.send_to(&query("hub.test", RecordType::A).encode(), other).unwrap();
    let (answer, from) = socket.recv_from().await.unwrap();
    assert_eq!((addresses(&Message::decode(&answer).unwrap()), from), (vec![HUB], other));
    bench.dns.set_answer_at(*AT.ip(), None);
    assert_eq!(addresses(&bench.ask("hub.test").await), [HUB]);
}

#[tokio::test(start_paused = true)]
async fn another_address_may_stand_before_the_names_own() {
    let bench = Bench::new();
    let dead = Ipv4Addr::new(192, 0, 2, 66);
    bench.dns.set_cname("alias.test", "hub.test").unwrap();
    bench.dns.set_answer(Answer::Preceded { address: dead });
    assert_eq!(addresses(&bench.ask("hub.test").await), [dead, HUB]);
    assert_eq!(addresses(&bench.ask("alias.test").await), [dead, HUB]);
    assert_eq!(bench.ask("nobody.test").await.rcode, Rcode::NxDomain);
}

#[test]
fn broken_queries_are_ignored_or_refused() {
    let server = DnsServer::new();
    assert!(server.answer(&[], *AT.ip()).is_none());
    assert!(server.answer(&[0; 11], *AT.ip()).is_none());
    let mut none = query("x.test", RecordType::A);
    none.questions.clear();
    assert_eq!(server.answer(&none.encode(), *AT.ip()).unwrap().message.rcode, Rcode::FormatError);
    let reply = Message::reply(&query("x.test", RecordType::A), Rcode::NoError);
    assert!(server.answer(&reply.encode(), *AT.ip()).is_none(), "a response is no query");
    let _: Name = "x.test".parse().unwrap();
}

proptest::proptest! {
    #[test]
    fn arbitrary_queries_never_panic(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..64)) {
        let server = DnsServer::new();
        server.set_answer(Answer::Spoof { address: HUB });
        let _ = server.answer(&bytes, *AT.ip());
    }
}
