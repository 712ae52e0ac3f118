use std::net::Ipv4Addr;
use std::time::Duration;

use nanorig_trace::Time;
use nanorig_wire::lan::dns::{Message, Name, Rcode, Record, RecordType};

use super::answer::{Answer, belongs, interpret};
use super::cache::Cache;
use crate::habits::DnsHabits;
use crate::net::NetError;

const ONE: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 1);
const TWO: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 2);

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

fn response(records: Vec<Record>) -> Message {
    let query = Message::query(7, name("hub.test"), RecordType::A);
    Message { answers: records, ..Message::reply(&query, Rcode::NoError) }
}

fn chain() -> Vec<Record> {
    vec![
        Record::cname(name("hub.test"), 300, name("a.front.test")),
        Record::cname(name("a.front.test"), 20, name("b.front.test")),
        Record::cname(name("b.front.test"), 300, name("c.front.test")),
        Record::a(name("C.FRONT.test"), 60, ONE),
        Record::a(name("c.front.test"), 60, TWO),
        Record::a(name("other.test"), 1, Ipv4Addr::new(192, 0, 2, 66)),
    ]
}

#[test]
fn aliases_lead_to_the_addresses_and_the_shortest_ttl_counts() {
    let answer = interpret(&response(chain()), &name("Hub.Test"), &DnsHabits::default());
    assert_eq!(answer, Answer::Addresses { addresses: vec![ONE, TWO], ttl: Duration::from_secs(20) });
    let mut shuffled = chain();
    shuffled.reverse();
    let answer = interpret(&response(shuffled), &name("hub.test"), &DnsHabits::default());
    assert_eq!(answer, Answer::Addresses { addresses: vec![TWO, ONE], ttl: Duration::from_secs(20) });
}

#[test]
fn a_chain_that_leaves_the_response_is_asked_for_again() {
    let mut records = chain();
    records.truncate(2);
    let answer = interpret(&response(records), &name("hub.test"), &DnsHabits::default());
    assert_eq!(answer, Answer::Alias { target: name("b.front.test"), ttl: Duration::from_secs(20) });
}

#[test]
fn loops_errors_and_empty_answers_have_their_own_results() {
    let habits = DnsHabits::default();
    let circle = vec![
        Record::cname(name("hub.test"), 60, name("a.test")),
        Record::cname(name("a.test"), 60, name("hub.test")),
    ];
    assert_eq!(interpret(&response(circle), &name("hub.test"), &habits), Answer::Failed);
    assert_eq!(interpret(&response(Vec::new()), &name("hub.test"), &habits), Answer::NoAddress);
    let of = |rcode| interpret(&Message { rcode, ..response(chain()) }, &name("hub.test"), &habits);
    assert_eq!(of(Rcode::NxDomain), Answer::NxDomain);
    assert_eq!([of(Rcode::ServFail), of(Rcode::Refused)], [Answer::Failed, Answer::Failed]);
    let deaf = DnsHabits { follow_cname: false, ..habits };
    assert_eq!(interpret(&response(chain()), &name("hub.test"), &deaf), Answer::NoAddress);
}

#[test]
fn a_response_must_repeat_id_and_question() {
    let habits = DnsHabits::default();
    let query = Message::query(7, name("hub.test"), RecordType::A);
    let good = response(chain());
    let wrong_id = Message { id: 8, ..good.clone() };
    let mut wrong_question = good.clone();
    wrong_question.questions[0].name = name("hub.test.evil.test");
    let request = Message { response: false, ..good.clone() };
    assert!(belongs(&good, &query, &habits));
    for wrong in [&wrong_id, &wrong_question, &request] {
        assert!(!belongs(wrong, &query, &habits));
    }
    assert!(belongs(&wrong_id, &query, &DnsHabits { check_id: false, ..habits.clone() }));
    assert!(belongs(&wrong_question, &query, &DnsHabits { check_question: false, ..habits }));
}

#[test]
fn the_cache_keeps_what_the_habits_say() {
    let habits = DnsHabits::default();
    let mut cache = Cache::default();
    let until = Time::from_secs(30);
    cache.remember(Time::ZERO, "a", until, Ok(vec![ONE]));
    cache.remember(Time::ZERO, "b", until, Err(NetError::NxDomain));
    let (inside, outside) = (Time::from_micros(29_999_999), until);
    assert_eq!(cache.known(inside, "a", &habits), Some(Ok(vec![ONE])));
    assert_eq!(cache.known(outside, "a", &habits), None);
    assert_eq!(cache.known(inside, "b", &habits), Some(Err(NetError::NxDomain)));
    assert_eq!(cache.known(outside, "b", &habits), None);
    let forever = DnsHabits { honour_ttl: false, failures_are_transient: false, ..habits.clone() };
    assert_eq!(cache.known(outside, "a", &forever), Some(Ok(vec![ONE])));
    assert_eq!(cache.known(outside, "b", &forever), Some(Err(NetError::NxDomain)));
    for (second, host) in ["c", "d", "e"].into_iter().enumerate() {
        cache.remember(Time::from_secs(1 + second as u64), host, Time::from_secs(99), Ok(vec![TWO]));
    }
    assert_eq!(cache.known(inside, "a", &habits), None, "the oldest of five makes room");
    assert_eq!(cache.known(inside, "e", &habits), Some(Ok(vec![TWO])));
}
