//! The emulated board keeps the contract, whichever board it is.

use std::time::Duration;

use nanorig_dut::setup::{DeviceSetup, Setup};
use nanorig_rig::simulated::{Options, Simulated, SimulatedDevice};
use nanorig_runner::{RunOutcome, Silent};
use nanorig_scenario::Source;
use nanorig_trace::event::{Event, RunEvent};

use crate::contract::{Rigged, contract};

const OPTIONS: Options = Options { seed: 1, capture: false, board: None };

fn rigged(device: &DeviceSetup) -> Rigged<SimulatedDevice> {
    let setup = Setup { device: device.clone(), ..Setup::default() };
    let rig = Simulated::build(&setup, &OPTIONS).unwrap();
    Rigged { device: rig.device, recorder: rig.recorder, _environment: Box::new(rig.bench) }
}

#[tokio::test(start_paused = true)]
async fn every_emulated_board_keeps_the_contract() {
    for profile in nanorig_rig::vocabulary().profiles {
        eprintln!("{}", profile.name);
        let device = DeviceSetup { profile: profile.name, ..DeviceSetup::default() };
        contract(|| rigged(&device)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn firmware_of_every_persona_keeps_the_contract() {
    for persona in nanorig_rig::vocabulary().personas {
        eprintln!("{}", persona.name);
        let device = DeviceSetup { persona: persona.name, ..DeviceSetup::default() };
        contract(|| rigged(&device)).await;
    }
}

/// How the runner ends a scenario whose device claims this, and how many steps pass.
async fn run(claims: &str, needs: &str) -> (RunOutcome, u64) {
    let text = format!(
        "format: 1
name: A test
needs: [{needs}]
device: {{ capabilities: [{claims}] }}
steps:
  - device: boot
  - device: sleep
    for: 60s
  - device: resources
"
    );
    let plan = nanorig_scenario::parse(Source::new("test.yaml", text), &nanorig_rig::vocabulary()).unwrap();
    let mut rig = Simulated::build(&plan.setup, &OPTIONS).unwrap();
    let recorder = rig.recorder.clone();
    let (device, bench) = (&mut rig.device, &mut rig.bench);
    let result = nanorig_runner::run(&plan, device, bench, &recorder, &mut Silent, Duration::ZERO).await;
    (result.outcome, result.passed)
}

#[tokio::test(start_paused = true)]
async fn a_panic_of_any_task_is_a_harness_error() {
    for panics in [false, true] {
        let rig = Simulated::build(&Setup::default(), &OPTIONS).unwrap();
        let task = tokio::spawn(async move { assert!(!panics, "the gateway is lost") });
        assert_eq!(task.await.is_err(), panics);
        let errors: Vec<String> = rig
            .finish()
            .records
            .into_iter()
            .filter_map(|record| match record.event {
                Event::Run(RunEvent::HarnessError { message }) => Some(message),
                _ => None,
            })
            .collect();
        let told = errors.iter().any(|message| message.contains("the gateway is lost (simulated.rs:"));
        assert_eq!((errors.len(), told), (usize::from(panics), panics), "{errors:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_device_does_not_claim_is_not_asked_of_it() {
    assert_eq!(run("pwr, res", "pwr").await, (RunOutcome::Passed, 3));
    assert_eq!(run("res", "").await, (RunOutcome::Passed, 2), "one step is not applicable");
    assert_eq!(run("res", "pwr").await, (RunOutcome::NotApplicable, 0), "nor is the whole scenario");
}
