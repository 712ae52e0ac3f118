//! Names: TTL, aliases, forgeries, failures.

#[cfg(test)]
mod bench;

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::time::Duration;

use bench::{Bench, HUB, NAME_SERVERS, NOBODY};
use nanorig_mcu::habits::DnsHabits;
use nanorig_mcu::{NetError, Profile};
use nanorig_trace::event::{Direction, NetworkEvent, Service};
use nanorig_trace::{Event, Time};
use nanorig_world::lan::dns::Answer;

const OTHER: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 11);
const FORGED: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 66);

#[cfg(test)]
fn bench_with(change: impl Fn(&mut DnsHabits)) -> Bench {
    Bench::with(1, Profile::named("stm32f769i-disco").unwrap(), |config| change(&mut config.habits.net.dns))
}

#[tokio::test(start_paused = true)]
async fn an_answer_lives_as_long_as_its_ttl() {
    for honour in [true, false] {
        let bench = bench_with(|dns| dns.honour_ttl = honour);
        bench.dns[0].set_ttl(Duration::from_secs(30));
        bench.up().await;
        assert_eq!(bench.mcu.resolve("hub.test").await, Ok(vec![HUB]));
        bench.dns[0].set_a("hub.test", &[OTHER]).unwrap();
        bench.sleep(29).await;
        assert_eq!(bench.mcu.resolve("hub.test").await, Ok(vec![HUB]));
        bench.sleep(2).await;
        let expected = if honour { OTHER } else { HUB };
        assert_eq!(bench.mcu.resolve("hub.test").await, Ok(vec![expected]));
        assert_eq!(bench.dns_questions("hub.test").len(), if honour { 2 } else { 1 });
    }
}

#[tokio::test(start_paused = true)]
async fn three_aliases_are_followed() {
    let bench = bench_with(|_| {});
    for (name, target) in [("hub.test", "a.test"), ("a.test", "b.test"), ("b.test", "c.test")] {
        bench.dns[0].set_cname(name, target).unwrap();
    }
    bench.dns[0].set_a("c.test", &[OTHER]).unwrap();
    bench.up().await;
    assert_eq!(bench.mcu.resolve("hub.test").await, Ok(vec![OTHER]));
}

#[tokio::test(start_paused = true)]
async fn the_ports_of_queries_cannot_be_foreseen() {
    let bench = bench_with(|_| {});
    bench.up().await;
    let mut ports = Vec::new();
    for _ in 0..40 {
        bench.dns[0].set_ttl(Duration::from_secs(1));
        bench.mcu.resolve("hub.test").await.unwrap();
        bench.sleep(2).await;
    }
    bench.events(|event| match event {
        Event::Network(NetworkEvent::Datagram {
            service: Service::Dns,
            direction: Direction::FromDevice,
            device,
            ..
        }) => {
            ports.push(device.port());
            Some(())
        }
        _ => None,
    });
    assert!(ports.len() >= 40 && ports.iter().all(|port| *port >= 49_152), "{ports:?}");
    let steps: BTreeSet<u16> = ports.windows(2).map(|pair| pair[1].wrapping_sub(pair[0])).collect();
    assert!(steps.len() > 30, "{ports:?}");
}

#[tokio::test(start_paused = true)]
async fn forged_answers_are_not_believed() {
    let bench = bench_with(|_| {});
    bench.dns[0].set_answer(Answer::Spoof { address: FORGED });
    bench.up().await;
    assert_eq!(bench.mcu.resolve("hub.test").await, Ok(vec![HUB]));

    type Off = fn(&mut DnsHabits);
    let holes: [Off; 3] = [|d| d.check_id = false, |d| d.check_question = false, |d| d.check_source = false];
    for (index, hole) in holes.into_iter().enumerate() {
        let bench = bench_with(hole);
        bench.dns[0].set_answer(Answer::Spoof { address: FORGED });
        bench.up().await;
        let found = bench.mcu.resolve("hub.test").await;
        // A forgery for another question has no address of this name, which ends the search as well.
        assert_ne!(found, Ok(vec![HUB]), "check {index} is what holds the forgery off");
    }
}

#[tokio::test(start_paused = true)]
async fn a_cut_answer_is_asked_for_again_over_tcp() {
    let bench = bench_with(|_| {});
    let many: Vec<Ipv4Addr> = (0..60).map(|n| Ipv4Addr::new(203, 0, 113, n)).collect();
    bench.dns[0].set_a("hub.test", &many).unwrap();
    bench.up().await;
    assert_eq!(bench.mcu.resolve("hub.test").await, Ok(many.clone()));

    let bench = bench_with(|dns| dns.tcp_on_truncation = false);
    bench.dns[0].set_a("hub.test", &many).unwrap();
    bench.up().await;
    let found = bench.mcu.resolve("hub.test").await.unwrap();
    assert!(found.len() < 60 && many.starts_with(&found), "what fits is used");
}

#[tokio::test(start_paused = true)]
async fn a_silent_server_is_replaced_by_the_next() {
    let bench = bench_with(|_| {});
    bench.dns[0].set_answer(Answer::Silence);
    bench.up().await;
    let before = bench.now();
    assert_eq!(bench.mcu.resolve("hub.test").await, Ok(vec![HUB]));
    assert!(bench.now().since(before) < Duration::from_secs(5));
    let servers: Vec<_> = bench.dns_questions("hub.test").into_iter().map(|(_, server)| server).collect();
    assert_eq!(servers, [NAME_SERVERS[0], NAME_SERVERS[0], NAME_SERVERS[1]]);

    let bench = bench_with(|dns| dns.try_next_server = false);
    bench.dns[0].set_answer(Answer::Silence);
    bench.up().await;
    assert_eq!(bench.mcu.resolve("hub.test").await, Err(NetError::Timeout));
}

#[tokio::test(start_paused = true)]
async fn a_dead_address_is_replaced_by_the_next() {
    let bench = bench_with(|_| {});
    bench.dns[0].set_a("hub.test", &[NOBODY, HUB]).unwrap();
    bench.world.directory.blackhole(NOBODY);
    bench.up().await;
    let before = bench.now();
    let stream = bench.mcu.connect_host("hub.test", 7).await.unwrap();
    assert_eq!(*stream.remote().ip(), HUB);
    assert!(bench.now().since(before) < Duration::from_secs(30));

    let bench = bench_with(|dns| dns.try_next_address = false);
    bench.dns[0].set_a("hub.test", &[NOBODY, HUB]).unwrap();
    bench.world.directory.blackhole(NOBODY);
    bench.up().await;
    assert_eq!(bench.mcu.connect_host("hub.test", 7).await.map(drop), Err(NetError::Timeout));
}

#[tokio::test(start_paused = true)]
async fn failures_pass_and_are_not_hammered() {
    for (answer, error) in [(Answer::ServFail, NetError::ServFail), (Answer::NxDomain, NetError::NxDomain)] {
        let bench = bench_with(|_| {});
        bench.up().await;
        for server in &bench.dns {
            server.set_answer_for("hub.test", Some(answer)).unwrap();
        }
        let begin = bench.now();
        while bench.now().since(begin) < Duration::from_secs(600) {
            assert_eq!(bench.mcu.resolve("hub.test").await, Err(error.clone()));
            bench.world.clock.sleep(Duration::from_millis(100)).await;
        }
        assert!(bench.dns_questions("hub.test").len() < 600, "under one a second");
        for server in &bench.dns {
            server.set_answer_for("hub.test", None).unwrap();
        }
        bench.sleep(6).await;
        assert_eq!(bench.mcu.resolve("hub.test").await, Ok(vec![HUB]));

        let bench = bench_with(|dns| dns.failures_are_transient = false);
        bench.up().await;
        bench.dns[0].set_answer_for("hub.test", Some(answer)).unwrap();
        bench.dns[1].set_answer_for("hub.test", Some(answer)).unwrap();
        assert_eq!(bench.mcu.resolve("hub.test").await, Err(error.clone()));
        bench.dns[0].set_answer_for("hub.test", None).unwrap();
        bench.sleep(600).await;
        assert_eq!(bench.mcu.resolve("hub.test").await, Err(error), "until the next boot");
        bench.reboot().await;
        assert_eq!(bench.mcu.resolve("hub.test").await, Ok(vec![HUB]));
    }
}

#[tokio::test(start_paused = true)]
async fn an_address_in_text_needs_no_server() {
    let bench = bench_with(|_| {});
    assert_eq!(bench.mcu.resolve("203.0.113.10").await, Ok(vec![HUB]), "not even power");
    assert_eq!(bench.mcu.resolve("hub.test").await, Err(NetError::NoAddress));
    assert_eq!(bench.now(), Time::ZERO);
}
