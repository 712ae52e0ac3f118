//! Where expectations look, and which events count.

use nanorig_trace::Time;

use crate::scripted::{AFTERMATH, run};

#[tokio::test(start_paused = true)]
async fn what_happened_since_the_last_step_that_did_something_counts() {
    let steps = "
  - { device: act, says: [a], lasts: 5s }
  - { expect: { device: console, text: a }, within: 1s }
";
    let ran = run(steps).await;
    ran.passes(2);
    assert_eq!(ran.end_of(2), Time::from_secs(5), "it is not waited for");
}

#[tokio::test(start_paused = true)]
async fn what_happened_before_that_step_does_not() {
    let earlier = "
  - { device: act, says: [a] }
  - { device: act, says: [b] }
  - { expect: { device: console, text: a }, within: 1s }
";
    let told = run(earlier).await.fails_at(3);
    assert!(told.starts_with("`device console` did not happen as expected within 1s"), "{told}");
    assert!(told.ends_with("last seen at 0.000s with `text: \"b\"`, expected `\"a\"`"), "{told}");
    // A wait does something too: it lets time pass.
    let waited = "
  - { device: act, says: [a] }
  - wait: 1s
  - { expect: { device: console, text: a }, within: 1s }
";
    let told = run(waited).await.fails_at(3);
    assert!(told.ends_with("nothing was seen at all"), "{told}");
}

#[tokio::test(start_paused = true)]
async fn an_expectation_does_not_move_the_window() {
    let steps = "
  - { device: act, says: [a, b] }
  - { expect: { device: console, text: b }, within: 1s }
  - { never: { device: console, text: c }, for: 1s }
  - { expect: { device: console, text: a }, within: 1s }
";
    run(steps).await.passes(4);
}

#[tokio::test(start_paused = true)]
async fn one_event_fulfils_one_expectation() {
    let twice = |says: &str| {
        format!(
            "
  - {{ device: act, says: [{says}] }}
  - {{ expect: {{ device: console, text: a }}, within: 1s }}
  - {{ expect: {{ device: console, text: a }}, within: 1s }}
"
        )
    };
    run(&twice("a, a")).await.passes(3);
    let told = run(&twice("a")).await.fails_at(3);
    assert!(told.ends_with("last seen at 0.000s, not often enough"), "{told}");
}

#[tokio::test(start_paused = true)]
async fn several_events_are_counted_and_none_twice() {
    let times = |times: u32| {
        format!(
            "
  - {{ device: act, says: [a, a, a] }}
  - {{ expect: {{ device: console, text: a }}, within: 1s }}
  - {{ expect: {{ device: console, text: a }}, times: {times}, within: 1s }}
"
        )
    };
    run(&times(2)).await.passes(3);
    let told = run(&times(3)).await.fails_at(3);
    assert!(told.starts_with("`device console` happened 2 of 3 times within 1s"), "{told}");
}

#[tokio::test(start_paused = true)]
async fn an_event_is_waited_for_until_the_deadline_and_no_longer() {
    let within = |within: &str| {
        format!(
            "
  - {{ device: act, lasts: 5s, ends-with: [a], background: true }}
  - {{ expect: {{ device: console, text: a }}, within: {within} }}
"
        )
    };
    let ran = run(&within("6s")).await;
    ran.passes(2);
    assert_eq!(ran.end_of(2), Time::from_secs(5), "it goes on at once");
    let late = run(&within("4s")).await;
    late.fails_at(2);
    assert_eq!(late.end_of(2), Time::from_secs(4));
    assert_eq!(late.took.as_secs(), 4 + AFTERMATH.as_secs(), "the world goes on after a failed step");
}

#[tokio::test(start_paused = true)]
async fn never_sees_what_comes_and_not_what_was() {
    let before = "
  - { device: act, says: [a] }
  - { never: { device: console, text: a }, for: 3s }
";
    let ran = run(before).await;
    ran.passes(2);
    assert_eq!(ran.end_of(2), Time::from_secs(3), "it watches to the end");
    let during = |watch: &str| {
        format!(
            "
  - {{ device: act, lasts: 2s, ends-with: [a], background: true }}
  - {{ never: {{ device: console, text: a }}, for: {watch} }}
"
        )
    };
    run(&during("1s")).await.passes(2);
    let told = run(&during("3s")).await.fails_at(2);
    assert_eq!(told, "`device console` happened, which it must not; seen at 2.000s");
}
