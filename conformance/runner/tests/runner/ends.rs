//! How runs end.

use nanorig_runner::RunOutcome;
use nanorig_trace::event::RunEvent;
use nanorig_trace::{Event, Time};

use crate::scripted::{Ran, run};

fn harness_errors(ran: &Ran) -> Vec<&str> {
    let mut errors = Vec::new();
    for record in &ran.records {
        if let Event::Run(RunEvent::HarnessError { message }) = &record.event {
            errors.push(message.as_str());
        }
    }
    errors
}

#[tokio::test(start_paused = true)]
async fn the_step_that_fails_is_the_last_one() {
    let ran = run("
  - { device: act, fails: timeout }
  - cloud: act
")
    .await;
    ran.fails_at(1);
    assert_eq!(ran.asked(), ["act"]);
}

#[tokio::test(start_paused = true)]
async fn a_device_that_is_not_there_is_no_failure() {
    let ran = run("
  - device: vanish
  - cloud: act
")
    .await;
    assert_eq!((ran.outcome(), ran.took.as_secs()), (RunOutcome::Unreachable, 0));
    assert_eq!(harness_errors(&ran), ["the device cannot be reached: the cable is out"]);
}

#[tokio::test(start_paused = true)]
async fn a_bench_that_breaks_is_the_harness_failing() {
    let ran = run("
  - cloud: break
  - device: act
")
    .await;
    assert_eq!((ran.outcome(), ran.took.as_secs()), (RunOutcome::Error, 0));
    assert_eq!(harness_errors(&ran), ["the bench failed: a fuse has blown"]);
}

#[tokio::test(start_paused = true)]
async fn repeated_steps_count_each_time() {
    let ran = run("
  - repeat: 3
    steps:
      - { device: act, lasts: 1s, says: [a] }
      - { expect: { device: console, text: a }, within: 1s }
  - cloud: act
")
    .await;
    ran.passes(7);
    assert_eq!((ran.end_of(6), ran.end_of(7)), (Time::from_secs(3), Time::from_secs(3)));
}
