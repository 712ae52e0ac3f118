//! Time: each lie is refused, kisses are obeyed, servers are asked in turn.

#[cfg(test)]
mod bench;

use std::time::Duration;

use bench::{Bench, TIME_SERVERS};
use nanorig_mcu::habits::SntpHabits;
use nanorig_mcu::{NetError, Profile, Sntp};
use nanorig_world::lan::ntp::NtpAnswer;

#[cfg(test)]
fn bench_with(seed: u64, change: impl Fn(&mut SntpHabits)) -> Bench {
    Bench::with(seed, Profile::named("stm32f769i-disco").unwrap(), |config| {
        change(&mut config.habits.net.sntp);
    })
}

#[tokio::test(start_paused = true)]
async fn each_lie_is_refused_and_the_truth_is_taken() {
    let lies = [
        (NtpAnswer::BadOrigin, "origin"),
        (NtpAnswer::WrongMode, "mode"),
        (NtpAnswer::StratumZero, "stratum"),
        (NtpAnswer::StratumSixteen, "stratum"),
        (NtpAnswer::Unsynchronized, "leap"),
        (NtpAnswer::ZeroTransmit, "zero-transmit"),
    ];
    for (lie, reason) in lies {
        let bench = bench_with(1, |_| {});
        for server in &bench.ntp {
            server.set_answer(lie);
        }
        bench.up().await;
        bench.sleep(14).await;
        assert!(!bench.mcu.is_time_valid(), "{lie:?}");
        assert_eq!(bench.rejected(), [reason, reason], "{lie:?}");
        for server in &bench.ntp {
            server.set_answer(NtpAnswer::Good);
        }
        bench.sleep(20).await;
        assert!(bench.clock_error() < Duration::from_millis(20), "{lie:?}: {:?}", bench.clock_error());
    }
}

#[tokio::test(start_paused = true)]
async fn one_reply_of_each_kind_and_then_a_good_one() {
    let profile = Profile::named("stm32f769i-disco").unwrap();
    let bench = Bench::with(1, profile, |config| config.time_servers.truncate(1));
    bench.ntp[0].queue(&[NtpAnswer::BadOrigin, NtpAnswer::StratumZero, NtpAnswer::ZeroTransmit]);
    bench.up().await;
    bench.sleep(200).await;
    assert_eq!(bench.rejected(), ["origin", "stratum", "zero-transmit"]);
    assert!(bench.clock_error() < Duration::from_millis(20));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_denies_is_left_alone() {
    for kiss in [NtpAnswer::KissDeny, NtpAnswer::KissRestrict] {
        let bench = bench_with(1, |_| {});
        bench.ntp[0].set_answer(kiss);
        bench.up_with_time().await;
        bench.sleep(8_000).await;
        let to = |wanted| bench.ntp_requests().iter().filter(|(_, server, _)| *server == wanted).count();
        assert_eq!(to(TIME_SERVERS[0]), 1, "{kiss:?}");
        assert!(to(TIME_SERVERS[1]) >= 3, "{kiss:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn queries_keep_their_distance_and_begin_at_random() {
    let first = |seed| async move {
        let bench = bench_with(seed, |_| {});
        bench.up().await;
        let address = bench.now();
        bench.sleep(3_700).await;
        let requests = bench.ntp_requests();
        for server in TIME_SERVERS {
            let times: Vec<_> =
                requests.iter().filter(|(_, to, _)| *to == server).map(|(at, ..)| *at).collect();
            assert!(times.windows(2).all(|pair| pair[1].since(pair[0]) >= Duration::from_secs(15)));
        }
        assert!((3..=4).contains(&requests.len()), "two at boot, and an hour later: {}", requests.len());
        requests[0].0.since(address)
    };
    let mut delays = Vec::new();
    for seed in 0..6 {
        delays.push(first(seed).await);
    }
    assert!(delays.iter().all(|delay| *delay < Duration::from_millis(2_100)), "{delays:?}");
    let (least, most) = (delays.iter().min().unwrap(), delays.iter().max().unwrap());
    assert!(*most - *least > Duration::from_millis(300), "spread over boots: {delays:?}");
}

#[tokio::test(start_paused = true)]
async fn a_silent_first_server_is_replaced() {
    let bench = bench_with(1, |_| {});
    bench.world.directory.blackhole(TIME_SERVERS[0]);
    bench.up_with_time().await;
    assert!(bench.clock_error() < Duration::from_millis(20));
}

#[tokio::test(start_paused = true)]
async fn a_lie_by_a_year_moves_nothing() {
    let bench = bench_with(1, |_| {});
    bench.up_with_time().await;
    bench.ntp[0].set_answer(NtpAnswer::Lie { seconds: 31_536_000 });
    bench.sleep(20).await;
    Sntp::synchronize(&bench.mcu).await.unwrap();
    assert!(bench.clock_error() < Duration::from_millis(20));
    assert_eq!(bench.rejected(), ["disagreement"]);

    let bench = bench_with(1, |sntp| sntp.step_needs_agreement = None);
    bench.ntp[0].set_answer(NtpAnswer::Lie { seconds: 31_536_000 });
    bench.up_with_time().await;
    assert!(bench.clock_error() > Duration::from_secs(31_000_000));
}

#[tokio::test(start_paused = true)]
async fn both_servers_together_can_move_the_clock_by_a_day() {
    let bench = bench_with(1, |_| {});
    bench.up_with_time().await;
    for server in &bench.ntp {
        server.set_offset(-2 * 86_400 * 1_000_000);
    }
    bench.sleep(20).await;
    Sntp::synchronize(&bench.mcu).await.unwrap();
    let error = bench.clock_error().abs_diff(Duration::from_secs(2 * 86_400));
    assert!(error < Duration::from_millis(20), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn answers_that_take_a_minute_set_the_clock_in_the_end() {
    let bench = bench_with(1, |_| {});
    for server in &bench.ntp {
        server.set_delay(Duration::from_secs(60));
    }
    bench.up().await;
    bench.sleep(55).await;
    assert!(!bench.mcu.is_time_valid());
    bench.sleep(10).await;
    assert!(bench.mcu.is_time_valid());
    assert!(bench.clock_error() < Duration::from_secs(31));
}

#[tokio::test(start_paused = true)]
async fn without_a_server_there_is_no_time() {
    let bench = bench_with(1, |_| {});
    bench.world.directory.blackhole(TIME_SERVERS[0]);
    bench.world.directory.blackhole(TIME_SERVERS[1]);
    bench.up().await;
    assert_eq!(Sntp::synchronize(&bench.mcu).await, Err(NetError::Timeout));
}
