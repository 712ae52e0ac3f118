use super::*;
use crate::Random;

const FRAME: usize = 114;

struct Bench {
    link: Link,
    device: Inbox,
    gateway: Inbox,
}

impl Bench {
    fn new(path: PathSettings, seed: u64) -> Self {
        let random = Random::new(seed).stream("link");
        let mut link = Link::new(LinkSettings::both(path), random, None);
        link.set_connected(true);
        Self { link, device: Inbox::default(), gateway: Inbox::default() }
    }

    fn send(&mut self, now: Time, frame: Vec<u8>) {
        let mut ends = Ends { device: &mut self.device, gateway: &mut self.gateway };
        self.link.send(now, Direction::FromDevice, frame, &mut ends);
    }

    /// Sends `count` numbered frames, one a millisecond, and gives the numbers and times of those that arrive.
    fn arrivals(&mut self, count: usize) -> Vec<(usize, Time)> {
        for number in 0..count {
            let mut frame = vec![0; FRAME];
            frame[12..14].copy_from_slice(&[8, 0]);
            frame[4..8].copy_from_slice(&(number as u32).to_be_bytes());
            self.send(Time::from_millis(number as u64), frame);
        }
        let mut out = Vec::new();
        while let Some(at) = self.gateway.next_at() {
            let frame = self.gateway.pop_due(at).unwrap();
            out.push((u32::from_be_bytes(frame[4..8].try_into().unwrap()) as usize, at));
        }
        out
    }
}

#[test]
fn bandwidth_and_latency_add_up_and_frames_queue() {
    let path = PathSettings {
        latency: Duration::from_millis(20),
        bandwidth: Some(1_000_000),
        ..PathSettings::default()
    };
    let mut bench = Bench::new(path, 1);
    bench.send(Time::ZERO, vec![0; 125]);
    bench.send(Time::ZERO, vec![0; 125]);
    let first = bench.gateway.next_at().unwrap();
    assert_eq!(first, Time::from_millis(21), "125 bytes at 1 Mbit/s take 1 ms");
    bench.gateway.pop_due(first);
    assert_eq!(bench.gateway.next_at(), Some(Time::from_millis(22)));
}

#[test]
fn jitter_keeps_the_order_and_stays_below_its_limit() {
    let jitter = Duration::from_millis(15);
    let mut bench = Bench::new(PathSettings { jitter, ..PathSettings::default() }, 2);
    let arrivals = bench.arrivals(2_000);
    assert!(arrivals.is_sorted(), "FIFO");
    assert_eq!(arrivals.len(), 2_000);
    let late = arrivals.iter().map(|(number, at)| *at - Time::from_millis(*number as u64));
    assert!(late.clone().all(|by| by <= jitter));
    assert!(late.max().unwrap() > Duration::from_millis(13));
}

#[test]
fn shares_are_met() {
    let mut bench = Bench::new(PathSettings { loss: 0.1, ..PathSettings::default() }, 3);
    let arrived = bench.arrivals(10_000).len();
    assert!((8_850..9_150).contains(&arrived), "{arrived}");
    assert_eq!(bench.link.lost(), 10_000 - arrived as u64);
    let mut bench = Bench::new(PathSettings { duplicate: 0.1, ..PathSettings::default() }, 3);
    let arrived = bench.arrivals(10_000).len();
    assert!((10_850..11_150).contains(&arrived), "{arrived}");
    let mut bench = Bench::new(PathSettings { reorder: 0.1, ..PathSettings::default() }, 3);
    let arrivals = bench.arrivals(10_000);
    let overtaken = arrivals.windows(2).filter(|pair| pair[0].0 > pair[1].0).count();
    assert!((700..1_100).contains(&overtaken), "{overtaken}");
}

#[test]
fn a_packet_as_large_as_the_mtu_passes_and_a_larger_one_does_not() {
    let mut bench = Bench::new(PathSettings { mtu: 576, ..PathSettings::default() }, 4);
    bench.send(Time::ZERO, vec![0; ETHERNET + 576]);
    assert!(bench.gateway.pop_due(Time::ZERO).is_some());
    bench.send(Time::ZERO, vec![0; ETHERNET + 577]);
    assert!(bench.gateway.pop_due(Time::ZERO).is_none());
}

#[test]
fn corruption_changes_one_bit_of_ip_packets_only() {
    let mut bench = Bench::new(PathSettings { corrupt: 1.0, ..PathSettings::default() }, 5);
    let mut sent = vec![0; FRAME];
    sent[12..14].copy_from_slice(&[8, 0]);
    bench.send(Time::ZERO, sent.clone());
    let got = bench.gateway.pop_due(Time::ZERO).unwrap();
    let flipped: u32 = got.iter().zip(&sent).map(|(a, b)| (a ^ b).count_ones()).sum();
    assert_eq!((flipped, &got[..ETHERNET]), (1, &sent[..ETHERNET]));
    sent[12..14].copy_from_slice(&[8, 6]);
    bench.send(Time::ZERO, sent.clone());
    assert_eq!(bench.gateway.pop_due(Time::ZERO), Some(sent));
}

#[test]
fn a_disconnected_link_loses_everything() {
    let mut bench = Bench::new(PathSettings::default(), 6);
    bench.link.set_connected(false);
    assert_eq!(bench.arrivals(3), []);
    assert_eq!(bench.link.lost(), 3);
}

#[test]
fn settings_name_what_changed() {
    let before = LinkSettings::default();
    let after =
        LinkSettings { up: PathSettings { loss: 0.1, ..PathSettings::default() }, ..LinkSettings::default() };
    assert_eq!(after.changes_from(&before), [("loss", true)]);
    assert_eq!(before.changes_from(&after), [("loss", false)]);
    assert_eq!(before.changes_from(&before), []);
}
