use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::Duration;

use nanorig_trace::{Time, Utc};
use nanorig_wire::lan::sntp::{KissCode, Leap, Mode, Packet, Timestamp};
use proptest::prelude::*;

use super::check::{Verdict, judge};
use super::client::{Client, DeviceTime, Output};
use crate::habits::SntpHabits;

/// 2026-03-01T12:00:00Z.
const NOW: i64 = 1_772_366_400_000_000;
const UNSET: DeviceTime = DeviceTime { utc: Utc::UNIX_EPOCH, valid: false };

fn server(index: usize) -> SocketAddrV4 {
    SocketAddrV4::new(Ipv4Addr::new(192, 0, 2, 1 + index as u8), 123)
}

fn good(origin: Timestamp, unix_micros: i64) -> Packet {
    let stamp = Timestamp::from_unix_micros(unix_micros);
    Packet::reply(&Packet::request(origin), stamp, stamp)
}

#[test]
fn each_lie_is_found_and_each_check_can_be_switched_off() {
    let origin = Timestamp(0x1234);
    let reply = good(origin, NOW);
    type Off = fn(&mut SntpHabits);
    let lies: [(&str, Packet, Off); 7] = [
        ("origin", Packet { origin: Timestamp(0x1235), ..reply }, |h| h.check_origin = false),
        ("mode", Packet { mode: Mode::BROADCAST, ..reply }, |h| h.check_mode = false),
        ("stratum", Packet { stratum: 16, ..reply }, |h| h.check_stratum = false),
        ("stratum", Packet { stratum: 0, ..reply }, |h| h.check_stratum = false),
        ("leap", Packet { leap: Leap::Unsynchronised, ..reply }, |h| h.check_leap = false),
        ("zero-transmit", Packet { transmit: Timestamp::ZERO, ..reply }, |h| h.check_transmit = false),
        ("mode", Packet { mode: Mode::CLIENT, ..reply }, |h| h.check_mode = false),
    ];
    let trip = Duration::from_millis(20);
    assert_eq!(
        judge(&reply, origin, trip, &SntpHabits::default()),
        Verdict::Time(Utc::from_unix_micros(NOW + 10_000))
    );
    for (reason, lie, off) in lies {
        let mut habits = SntpHabits::default();
        assert_eq!(judge(&lie, origin, trip, &habits), Verdict::Bad(reason));
        off(&mut habits);
        assert!(matches!(judge(&lie, origin, trip, &habits), Verdict::Time(_)), "{reason} is not looked at");
    }
    for stratum in [1, 15] {
        let edge = Packet { stratum, ..reply };
        assert!(matches!(judge(&edge, origin, trip, &SntpHabits::default()), Verdict::Time(_)));
    }
}

#[test]
fn the_servers_own_delay_is_not_travel_time() {
    let origin = Timestamp(1);
    let receive = Timestamp::from_unix_micros(NOW);
    let transmit = Timestamp::from_unix_micros(NOW + 3_000_000);
    let reply = Packet::reply(&Packet::request(origin), receive, transmit);
    let verdict = judge(&reply, origin, Duration::from_millis(3_040), &SntpHabits::default());
    assert_eq!(verdict, Verdict::Time(Utc::from_unix_micros(NOW + 3_000_000 + 20_000)));
}

#[test]
fn the_era_after_2036_is_read_as_2036() {
    let later = Utc::parse("2036-02-07T06:28:17Z").unwrap();
    let reply = good(Timestamp(1), later.unix_micros());
    assert_eq!(judge(&reply, Timestamp(1), Duration::ZERO, &SntpHabits::default()), Verdict::Time(later));
    let naive = SntpHabits { era_aware: false, ..SntpHabits::default() };
    let past = Utc::parse("1900-01-01T00:00:01Z").unwrap();
    assert_eq!(judge(&reply, Timestamp(1), Duration::ZERO, &naive), Verdict::Time(past));
}

#[test]
fn a_forged_kiss_is_a_wrong_origin() {
    let reply = good(Timestamp(1), NOW);
    let kiss = Packet { stratum: 0, reference_id: *b"DENY", ..reply };
    let habits = SntpHabits::default();
    assert_eq!(judge(&kiss, Timestamp(2), Duration::ZERO, &habits), Verdict::Bad("origin"));
    assert_eq!(judge(&kiss, Timestamp(1), Duration::ZERO, &habits), Verdict::Kiss(KissCode::Deny));
}

/// A client whose questions leave at once, with the number of the question as timestamp.
struct Bench {
    client: Client,
    now: Time,
    device: DeviceTime,
    questions: Vec<(Time, usize, Timestamp)>,
    set: Vec<(i64, usize)>,
    rejected: Vec<(usize, &'static str)>,
}

impl Bench {
    fn new(servers: usize, habits: SntpHabits) -> Self {
        let client = Client::new(Time::ZERO, servers, habits);
        let (questions, set, rejected) = (Vec::new(), Vec::new(), Vec::new());
        Self { client, now: Time::ZERO, device: UNSET, questions, set, rejected }
    }

    fn perform(&mut self, outputs: Vec<Output>) {
        for output in outputs {
            match output {
                Output::Ask { server: index } => {
                    let origin = Timestamp(1 + self.questions.len() as u64);
                    self.questions.push((self.now, index, origin));
                    self.client.sent(index, server(index), origin, self.now);
                }
                Output::Set { utc, server } => {
                    self.set.push((utc.unix_micros(), server));
                    self.device = DeviceTime { utc, valid: true };
                }
                Output::Rejected { server, reason } => self.rejected.push((server, reason)),
            }
        }
    }

    /// Goes to the next timer.
    fn step(&mut self) {
        self.now = self.client.next_deadline().expect("a timer");
        let outputs = self.client.poll(self.now, self.device);
        self.perform(outputs);
    }

    fn last(&self) -> (Time, usize, Timestamp) {
        *self.questions.last().expect("a question")
    }

    /// Answers the last question.
    fn reply(&mut self, make: impl Fn(Timestamp) -> Packet) {
        let (_, index, origin) = self.last();
        self.receive(server(index), &make(origin).encode());
    }

    fn receive(&mut self, from: SocketAddrV4, bytes: &[u8]) {
        let outputs = self.client.handle(self.now, from, bytes, self.device);
        self.perform(outputs);
    }
}

#[test]
fn the_first_time_is_taken_from_two_servers_that_agree() {
    let mut bench = Bench::new(2, SntpHabits::default());
    bench.step();
    bench.reply(|origin| good(origin, NOW));
    assert_eq!(bench.set, []);
    bench.reply(|origin| good(origin, NOW + 1_000_000));
    assert_eq!(bench.set, [(NOW + 1_000_000, 1)]);
    assert_eq!(bench.client.next_deadline(), Some(Time::from_secs(3_600)));
}

#[test]
fn servers_that_disagree_by_a_year_set_nothing() {
    let mut bench = Bench::new(2, SntpHabits::default());
    bench.step();
    let year = 31_536_000_000_000;
    bench.reply(|origin| good(origin, NOW + year));
    bench.reply(|origin| good(origin, NOW));
    assert_eq!(bench.set, []);
    assert_eq!(bench.rejected, [(0, "disagreement"), (1, "disagreement")]);

    // A clock that is set knows which of them to believe.
    let mut bench = Bench::new(2, SntpHabits::default());
    bench.device = DeviceTime { utc: Utc::from_unix_micros(NOW), valid: true };
    bench.step();
    bench.reply(|origin| good(origin, NOW + year));
    bench.reply(|origin| good(origin, NOW + 2));
    assert_eq!((bench.set, bench.rejected), (vec![(NOW + 2, 1)], vec![(0, "disagreement")]));

    let mut credulous = Bench::new(2, SntpHabits { step_needs_agreement: None, ..SntpHabits::default() });
    credulous.step();
    credulous.reply(|origin| good(origin, NOW + year));
    assert_eq!(credulous.set, [(NOW + year, 0)]);
}

#[test]
fn a_silent_first_server_is_replaced_by_the_second() {
    let mut bench = Bench::new(2, SntpHabits::default());
    bench.step();
    bench.step();
    assert_eq!((bench.now, bench.last().1), (Time::from_secs(5), 1));
    bench.reply(|origin| good(origin, NOW));
    assert_eq!(bench.set, [(NOW, 1)], "the only voice sets a clock that was never set");

    let mut bench = Bench::new(2, SntpHabits::default());
    bench.device = DeviceTime { utc: Utc::from_unix_micros(NOW), valid: true };
    bench.step();
    bench.step();
    bench.reply(|origin| good(origin, NOW + 90_000_000_000));
    assert_eq!((bench.set, bench.rejected), (vec![], vec![(1, "unconfirmed-step")]), "but not a good one");
}

#[test]
fn bad_replies_are_recorded_and_the_good_one_is_taken() {
    let mut bench = Bench::new(1, SntpHabits::default());
    bench.step();
    bench.reply(|_| good(Timestamp(99), NOW));
    bench.reply(|origin| Packet { stratum: 16, ..good(origin, NOW) });
    bench.receive(server(0), b"not a packet");
    let (_, _, origin) = bench.last();
    bench.receive(server(5), &good(origin, NOW).encode());
    assert_eq!(bench.set, []);
    assert_eq!(bench.rejected, [(0, "origin"), (0, "stratum"), (0, "malformed"), (0, "source")]);
    bench.reply(|origin| good(origin, NOW));
    assert_eq!(bench.set, [(NOW, 0)]);
}

#[test]
fn questions_keep_their_distance_and_rounds_without_result_grow_apart() {
    let mut bench = Bench::new(1, SntpHabits::default());
    while bench.questions.len() < 9 {
        bench.step();
    }
    let times: Vec<u64> = bench.questions.iter().map(|(at, ..)| at.as_millis() / 1_000).collect();
    // Wait 5 s, then 15, 30, 60 ... up to 900 s.
    assert_eq!(times, [0, 20, 55, 120, 245, 490, 975, 1_880, 2_785]);
    bench.step();
    bench.client.hurry(bench.now);
    bench.step();
    bench.step();
    let (last, before) = (bench.questions[9].0, bench.questions[8].0);
    assert_eq!(last.since(before), Duration::from_secs(15), "haste does not break the least gap");
}

#[test]
fn deny_ends_the_questions_and_rate_makes_them_rarer() {
    let kiss = |code: &'static [u8; 4]| {
        move |origin| Packet { stratum: 0, reference_id: *code, ..good(origin, NOW) }
    };
    let mut bench = Bench::new(1, SntpHabits::default());
    bench.step();
    bench.reply(kiss(b"DENY"));
    assert_eq!(bench.rejected, [(0, "kiss-deny")]);
    assert_eq!(bench.client.next_deadline(), None);

    let mut bench = Bench::new(2, SntpHabits::default());
    bench.step();
    bench.reply(kiss(b"RSTR"));
    assert_eq!(bench.last().1, 1, "the second server is asked at once");

    let mut bench = Bench::new(1, SntpHabits::default());
    for count in 1..=4 {
        while bench.questions.len() < count {
            bench.step();
        }
        bench.reply(kiss(b"RATE"));
    }
    let times: Vec<u64> = bench.questions.iter().map(|(at, ..)| at.as_millis() / 1_000).collect();
    assert_eq!(times, [0, 30, 90, 210]);

    let mut rude = Bench::new(1, SntpHabits { obey_kiss: false, ..SntpHabits::default() });
    rude.step();
    rude.reply(kiss(b"DENY"));
    rude.step();
    assert_eq!(rude.questions.len(), 2);
}

#[test]
fn an_answer_that_comes_a_minute_late_still_sets_a_clock_that_was_never_set() {
    let mut bench = Bench::new(1, SntpHabits::default());
    bench.step();
    let (_, _, first) = bench.last();
    bench.step();
    bench.now = Time::from_secs(60);
    bench.receive(server(0), &good(first, NOW).encode());
    assert_eq!(bench.set, [(NOW + 30_000_000, 0)], "half of the way is all that is known of it");
}

proptest! {
    #[test]
    fn arbitrary_datagrams_never_set_the_clock(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        let mut bench = Bench::new(2, SntpHabits::default());
        bench.step();
        bench.receive(server(0), &bytes);
        prop_assert_eq!(bench.set, []);
    }
}
