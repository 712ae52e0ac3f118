//! What does not apply to this device or bench.

use nanorig_runner::RunOutcome;

use crate::scripted::{run, run_with};

#[tokio::test(start_paused = true)]
async fn a_step_beyond_the_device_is_left_out_with_what_waits_for_its_effect() {
    let steps = "
  - { device: sleep, says: [a] }
  - { expect: { device: console, text: a }, within: 1s }
  - { never: { device: console, text: b }, for: 1s }
  - { device: report, says: [c] }
  - { expect: { device: console, text: c }, within: 1s }
";
    let ran = run(steps).await;
    ran.passes(2);
    assert_eq!((ran.skipped(), ran.asked()), (vec![1, 2, 3], vec!["report"]));
    assert_eq!(ran.took.as_secs(), 0, "nothing is waited for");
}

#[tokio::test(start_paused = true)]
async fn a_step_beyond_the_bench_is_left_out() {
    let steps = "
  - network: earthquake
  - { expect: { device: console }, within: 1s }
  - cloud: act
";
    let ran = run(steps).await;
    ran.passes(1);
    assert_eq!((ran.skipped(), ran.asked()), (vec![1, 2], vec!["act"]));
}

#[tokio::test(start_paused = true)]
async fn a_scenario_that_needs_what_the_device_lacks_does_not_begin() {
    let step = "  - { device: act, says: [a] }\n";
    run_with("needs: [res]\n", step).await.passes(1);
    let ran = run_with("needs: [res, pwr]\n", step).await;
    assert_eq!((ran.outcome(), ran.skipped()), (RunOutcome::NotApplicable, vec![0]));
    assert!(ran.records.is_empty(), "{:?}", ran.records);
}
