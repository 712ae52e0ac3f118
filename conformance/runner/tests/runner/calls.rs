//! How calls end, in the foreground and in the background.

use nanorig_dut::CallId;
use nanorig_runner::RunOutcome;
use nanorig_trace::Time;

use crate::scripted::run;

#[tokio::test(start_paused = true)]
async fn a_call_without_expectation_must_succeed() {
    let told = run("  - { device: act, fails: timeout }\n").await.fails_at(1);
    assert_eq!(told, "`act` failed: it ended in timeout; error `timeout`");
}

#[tokio::test(start_paused = true)]
async fn an_outcome_is_compared_field_by_field() {
    run("  - { device: act, number: 7, expect: { number: 7 } }\n").await.passes(1);
    run("  - { device: act, fails: timeout, expect: { error: timeout } }\n").await.passes(1);
    let cases = [
        (
            "number: 7, expect: { number: 8 }",
            "`act` ended with another `number` than expected; `7`, expected `8`",
        ),
        (
            "expect: { number: 8 }",
            "`act` ended with another `number` than expected; no `number`, expected `8`",
        ),
        (
            "fails: timeout, expect: { number: 8 }",
            "`act` failed: it ended in timeout; error `timeout`, expected `number: 8`",
        ),
        (
            "fails: timeout, expect: { error: refused }",
            "`act` ended with another `error` than expected; `\"timeout\"`, expected `\"refused\"`",
        ),
    ];
    for (call, wanted) in cases {
        assert_eq!(run(&format!("  - {{ device: act, {call} }}\n")).await.fails_at(1), wanted);
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_outlasts_its_deadline_is_given_up() {
    run("  - { device: act, lasts: 9s }\n").await.passes(1);
    let ran = run("  - { device: act, lasts: 11s }\n").await;
    assert_eq!(
        ran.fails_at(1),
        "`act` did not end within 10s, its deadline; `within:` sets another; no outcome"
    );
    assert_eq!((ran.end_of(1), ran.abandoned), (Time::from_secs(10), vec![CallId(1)]));
    run("  - { device: act, lasts: 11s, within: 12s }\n").await.passes(1);
}

#[tokio::test(start_paused = true)]
async fn a_call_in_the_background_is_judged_when_it_ends() {
    let steps = |fails: &str| {
        format!(
            "
  - {{ device: act, lasts: 5s, background: true{fails} }}
  - {{ cloud: act, says: [a] }}
  - wait: 10s
"
        )
    };
    let ran = run(&steps("")).await;
    ran.passes(3);
    assert_eq!((ran.end_of(2), ran.end_of(1)), (Time::ZERO, Time::from_secs(5)));
    let failed = run(&steps(", fails: timeout")).await;
    failed.fails_at(1);
    assert_eq!(failed.end_of(1), Time::from_secs(5), "the wait is cut short");
}

#[tokio::test(start_paused = true)]
async fn a_deadline_in_the_background_holds_during_other_steps() {
    let steps = "
  - { device: act, lasts: 1h, within: 3s, background: true }
  - wait: 10s
";
    let ran = run(steps).await;
    assert_eq!(
        ran.fails_at(1),
        "`act` did not end within 3s, its deadline; `within:` sets another; no outcome"
    );
    assert_eq!((ran.end_of(1), ran.abandoned), (Time::from_secs(3), vec![CallId(1)]));
}

#[tokio::test(start_paused = true)]
async fn the_run_ends_when_its_last_call_has() {
    let ran = run("  - { cloud: act, lasts: 4s, background: true }\n").await;
    ran.passes(1);
    assert_eq!(ran.took.as_secs(), 4);
    let late = run("  - { cloud: act, lasts: 1h, background: true }\n").await;
    assert_eq!((late.outcome(), late.end_of(1)), (RunOutcome::Failed, Time::from_secs(10)));
}

#[tokio::test(start_paused = true)]
async fn calls_of_one_name_keep_their_outcomes_apart() {
    let steps = "
  - { device: act, lasts: 5s, number: 1, expect: { number: 1 }, background: true }
  - { device: act, lasts: 2s, number: 2, expect: { number: 2 }, background: true }
  - { cloud: act, lasts: 3s, number: 3, expect: { number: 3 }, background: true }
";
    let ran = run(steps).await;
    ran.passes(3);
    assert_eq!([2, 3, 1].map(|step| ran.end_of(step).as_micros()), [2_000_000, 3_000_000, 5_000_000]);
}
