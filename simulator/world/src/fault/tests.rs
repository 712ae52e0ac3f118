use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::Duration;

use nanorig_trace::Time;
use nanorig_trace::event::Direction;
use smoltcp::phy::ChecksumCapabilities;
use smoltcp::wire::{
    EthernetFrame, EthernetProtocol, IpProtocol, Ipv4Packet, Ipv4Repr, TcpControl, TcpPacket, TcpRepr,
    TcpSeqNumber,
};

use super::*;
use crate::{Random, Stream};

const DEVICE: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(192, 168, 4, 2), 50_000);
const SERVER: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(203, 0, 113, 1), 8883);

fn segment(from: SocketAddrV4, to: SocketAddrV4, control: TcpControl, text: &[u8]) -> Vec<u8> {
    let tcp = TcpRepr {
        src_port: from.port(),
        dst_port: to.port(),
        control,
        seq_number: TcpSeqNumber(1),
        ack_number: Some(TcpSeqNumber(2)),
        window_len: 100,
        window_scale: None,
        max_seg_size: None,
        sack_permitted: false,
        sack_ranges: [None; 3],
        timestamp: None,
        payload: text,
    };
    let ip = Ipv4Repr {
        src_addr: *from.ip(),
        dst_addr: *to.ip(),
        next_header: IpProtocol::Tcp,
        payload_len: tcp.buffer_len(),
        hop_limit: 64,
    };
    let mut bytes = vec![0; 14 + 20 + tcp.buffer_len()];
    let mut ethernet = EthernetFrame::new_unchecked(&mut bytes);
    ethernet.set_ethertype(EthernetProtocol::Ipv4);
    let mut packet = Ipv4Packet::new_unchecked(ethernet.payload_mut());
    let checksums = ChecksumCapabilities::default();
    ip.emit(&mut packet, &checksums);
    let mut view = TcpPacket::new_unchecked(packet.payload_mut());
    tcp.emit(&mut view, &ip.src_addr.into(), &ip.dst_addr.into(), &checksums);
    bytes
}

fn up(control: TcpControl, text: &[u8]) -> Vec<u8> {
    segment(DEVICE, SERVER, control, text)
}

fn down(control: TcpControl, text: &[u8]) -> Vec<u8> {
    segment(SERVER, DEVICE, control, text)
}

struct Bench {
    fault: Box<dyn Fault>,
    random: Stream,
}

impl Bench {
    fn new(name: &str, params: Params) -> Self {
        let fault = find(name).unwrap().make(&params).unwrap();
        assert_eq!(fault.name(), name);
        Self { fault, random: Random::new(1).stream("fault") }
    }

    fn judge(&mut self, at: Time, direction: Direction, bytes: &[u8]) -> FrameVerdict {
        self.fault.judge(&FrameInfo { now: at, direction, bytes }, &self.random)
    }

    fn up(&mut self, secs: u64) -> FrameVerdict {
        self.judge(Time::from_secs(secs), Direction::FromDevice, &up(TcpControl::None, b"x"))
    }
}

const PASS: FrameVerdict = FrameVerdict::Pass;
const DROP: FrameVerdict = FrameVerdict::Drop;

fn secs(secs: u64) -> Param {
    Param::Duration(Duration::from_secs(secs))
}

#[test]
fn the_list_is_sorted_documented_and_buildable() {
    assert!(ALL.is_sorted_by_key(|spec| spec.name));
    for spec in ALL {
        assert!(spec.summary.ends_with('.') && !spec.summary.is_empty(), "{}", spec.name);
        assert!(spec.params.iter().all(|param| param.doc.contains("Default")), "{}", spec.name);
        assert_eq!(spec.make(&Params::default()).unwrap().name(), spec.name);
        // Kinds are checked: each parameter refuses a value of another kind.
        for param in spec.params {
            let wrong = match param.kind {
                ParamKind::Choice(_) => Param::Count(1),
                _ => Param::Text("x".into()),
            };
            let error = spec.make(&Params::default().with(param.name, wrong)).err().unwrap();
            assert!(matches!(error, FaultError::WrongKind { .. }), "{}: {error}", spec.name);
        }
    }
}

#[test]
fn wrong_parameters_are_named() {
    let make = |name: &str, param: &str, value| {
        find(name).unwrap().make(&Params::default().with(param, value)).err().unwrap().to_string()
    };
    assert_eq!(make("flap", "upp", secs(1)), "fault `flap` has no parameter `upp`");
    assert_eq!(make("burst-loss", "begin", Param::Share(1.1)), "parameter `begin` must be from 0 to 1");
    assert_eq!(make("firewall", "port", Param::Count(65_536)), "parameter `port` must be from 1 to 65535");
    assert_eq!(make("lose-nth", "nth", Param::Count(0)), "parameter `nth` must be from 1 to 1000000000");
    assert_eq!(
        make("partition", "direction", Param::Text("up".into())),
        "parameter `direction` must be one of both, from-device, to-device"
    );
}

#[test]
fn partition_takes_one_direction_or_both() {
    let frame = up(TcpControl::None, b"");
    for (direction, verdicts) in
        [("both", [DROP, DROP]), ("from-device", [DROP, PASS]), ("to-device", [PASS, DROP])]
    {
        let mut bench =
            Bench::new("partition", Params::default().with("direction", Param::Text(direction.into())));
        assert_eq!(bench.judge(Time::ZERO, Direction::FromDevice, &frame), verdicts[0]);
        assert_eq!(bench.judge(Time::ZERO, Direction::ToDevice, &frame), verdicts[1]);
    }
}

#[test]
fn lose_nth_counts() {
    let mut bench = Bench::new("lose-nth", Params::default().with("nth", Param::Count(3)));
    let verdicts: Vec<_> = (0..6).map(|at| bench.up(at)).collect();
    assert_eq!(verdicts, [PASS, PASS, DROP, PASS, PASS, DROP]);
}

#[test]
fn bursts_have_the_length_asked_for() {
    let params = Params::default().with("begin", Param::Share(0.02)).with("end", Param::Share(0.2));
    let mut bench = Bench::new("burst-loss", params);
    let lost: Vec<bool> = (0..50_000).map(|_| bench.up(0) == DROP).collect();
    let losses = lost.iter().filter(|lost| **lost).count();
    let bursts = lost.windows(2).filter(|pair| !pair[0] && pair[1]).count();
    let mean = losses as f64 / bursts as f64;
    assert!((4.5..5.5).contains(&mean), "{mean}");
}

#[test]
fn flap_and_delay_spike_keep_their_rhythm() {
    let mut bench = Bench::new("flap", Params::default().with("up", secs(3)).with("down", secs(2)));
    let verdicts: Vec<bool> = (100..110).map(|at| bench.up(at) == PASS).collect();
    assert_eq!(verdicts, [true, true, true, false, false, true, true, true, false, false]);

    let mut bench =
        Bench::new("delay-spike", Params::default().with("every", secs(10)).with("lasting", secs(2)));
    let delay = |secs, micros| FrameVerdict::Delay(Duration::from_secs(secs) + Duration::from_micros(micros));
    assert_eq!(bench.up(50), delay(2, 0));
    assert_eq!(bench.up(51), delay(1, 1), "behind the one before");
    assert_eq!(bench.up(52), PASS);
    assert_eq!(bench.up(59), PASS);
    assert_eq!(bench.up(60), delay(2, 0));
}

#[test]
fn flap_varies_its_turns_within_its_bounds() {
    let params = Params::default().with("up", secs(100)).with("down", secs(50));
    let mut bench = Bench::new("flap", params.with("vary", Param::Share(0.5)));
    let mut turns: Vec<(bool, u64)> = Vec::new();
    for at in 0..20_000 {
        let passes = bench.up(at) == PASS;
        match turns.last_mut() {
            Some((state, length)) if *state == passes => *length += 1,
            _ => turns.push((passes, 1)),
        }
    }
    let whole = &turns[..turns.len() - 1];
    let (up, down): (Vec<_>, Vec<_>) = whole.iter().partition(|(passes, _)| *passes);
    assert!(up.iter().all(|(_, length)| (49..=151).contains(length)), "{up:?}");
    assert!(down.iter().all(|(_, length)| (24..=76).contains(length)), "{down:?}");
    let lengths: std::collections::BTreeSet<u64> = whole.iter().map(|(_, length)| *length).collect();
    assert!(lengths.len() > 60, "{lengths:?}");
}

#[test]
fn faults_that_look_inside_take_what_they_are_for() {
    let at = Time::ZERO;
    let mut bench = Bench::new("lose-syn-ack", Params::default());
    assert_eq!(bench.judge(at, Direction::ToDevice, &down(TcpControl::Syn, b"")), DROP);
    assert_eq!(bench.judge(at, Direction::ToDevice, &down(TcpControl::None, b"")), PASS);
    let mut bench = Bench::new("lose-fin", Params::default());
    assert_eq!(bench.judge(at, Direction::FromDevice, &up(TcpControl::Fin, b"")), DROP);
    assert_eq!(bench.judge(at, Direction::FromDevice, &up(TcpControl::Rst, b"")), DROP);
    assert_eq!(bench.judge(at, Direction::FromDevice, &up(TcpControl::Psh, b"x")), PASS);
    let mut bench = Bench::new("firewall", Params::default());
    assert_eq!(bench.judge(at, Direction::ToDevice, &down(TcpControl::None, b"")), DROP);
    let other = SocketAddrV4::new(*SERVER.ip(), 443);
    assert_eq!(bench.judge(at, Direction::FromDevice, &segment(DEVICE, other, TcpControl::None, b"")), PASS);
    let mut bench = Bench::new("mtu-black-hole", Params::default().with("mtu", Param::Count(140)));
    assert_eq!(bench.judge(at, Direction::FromDevice, &up(TcpControl::None, &[0; 100])), PASS);
    assert_eq!(bench.judge(at, Direction::FromDevice, &up(TcpControl::None, &[0; 101])), DROP);
}

#[test]
fn nat_forgets_idle_flows_until_a_new_syn() {
    let mut bench = Bench::new("nat-timeout", Params::default().with("idle", secs(60)));
    assert_eq!(bench.up(0), PASS);
    assert_eq!(bench.up(60), PASS, "just inside");
    assert_eq!(bench.up(121), DROP, "just outside");
    let answer = bench.judge(Time::from_secs(122), Direction::ToDevice, &down(TcpControl::None, b"x"));
    assert_eq!(answer, DROP, "the flow is forgotten in both directions");
    let syn = bench.judge(Time::from_secs(123), Direction::FromDevice, &up(TcpControl::Syn, b""));
    assert_eq!(syn, PASS);
    assert_eq!(bench.up(124), PASS);
}

#[test]
fn changed_segments_have_valid_checksums() {
    let sent = up(TcpControl::Psh, b"hello");
    let mut bench = Bench::new("silent-corruption", Params::default().with("share", Param::Share(1.0)));
    let FrameVerdict::Replace(changed) = bench.judge(Time::ZERO, Direction::FromDevice, &sent) else {
        panic!("not changed")
    };
    let info = FrameInfo { now: Time::ZERO, direction: Direction::FromDevice, bytes: &changed };
    assert_eq!(info.tcp().unwrap().text_bytes, 5);
    let text: u32 = changed[54..].iter().zip(&sent[54..]).map(|(a, b)| (a ^ b).count_ones()).sum();
    assert_eq!(text, 1);
    assert_eq!(bench.judge(Time::ZERO, Direction::FromDevice, &up(TcpControl::None, b"")), PASS);

    let mut bench = Bench::new("inject-reset", Params::default());
    let FrameVerdict::Replace(changed) = bench.judge(Time::ZERO, Direction::FromDevice, &sent) else {
        panic!("not changed")
    };
    let info = FrameInfo { now: Time::ZERO, direction: Direction::FromDevice, bytes: &changed };
    assert!(info.tcp().unwrap().flags.rst);
    assert_eq!(bench.judge(Time::ZERO, Direction::FromDevice, &up(TcpControl::None, b"")), PASS);
}
