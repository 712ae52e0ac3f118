//! The contract of [`Device`], without a word about what the device is.
//!
//! A kind of device keeps it when [`contract`] runs through with it. Each clause gets a device of its own, in an
//! environment with DHCP, DNS and time; nothing answers at [`SILENT`], and no name ends in `.invalid`.

use std::any::Any;
use std::time::Duration;

use nanorig_dut::{Args, Call, CallId, CallSpec, Capabilities, Device, Hand, HandError, Outcome};
use nanorig_trace::event::{DeviceEvent, Event};
use nanorig_trace::{DutIdentity, Recorder};
use serde_json::{Value, json};
use tokio::time::timeout;

/// Where nobody answers, not even with a refusal (TEST-NET-3).
const SILENT: &str = "203.0.113.99";

/// How long a device may take for what it can do.
const PATIENCE: Duration = Duration::from_secs(180);

/// A device in its environment.
pub(crate) struct Rigged<D> {
    /// The device.
    pub(crate) device: D,
    /// Where it records.
    pub(crate) recorder: Recorder,
    /// What must live as long as the device.
    pub(crate) _environment: Box<dyn Any>,
}

/// Every clause of the contract, each with a device from `make` that is off.
pub(crate) async fn contract<D: Device>(make: impl Fn() -> Rigged<D>) {
    says_who_it_is(make()).await;
    calls_end_with_their_outcomes(make()).await;
    a_failure_is_an_outcome(make()).await;
    an_unknown_call_is_refused(make()).await;
    several_calls_run_at_once(make()).await;
    an_abandoned_call_is_never_reported(make()).await;
    waiting_can_be_given_up_and_taken_up_again(make()).await;
    events_are_recorded(make()).await;
    the_identity_outlives_resets(make()).await;
}

async fn says_who_it_is<D: Device>(rigged: Rigged<D>) {
    let identity = rigged.device.identity();
    assert!(!identity.kind.is_empty() && !identity.device_id.is_empty(), "{identity:?}");
    let claimed: Vec<&str> = rigged.device.capabilities().iter().collect();
    assert_eq!(identity.capabilities, claimed, "the trace's header shows what the device claims");
    assert_eq!(Capabilities::new(claimed.iter().copied()).as_ref(), Ok(rigged.device.capabilities()));
    assert_eq!(rigged.events(), [], "a device that is off has done nothing");
}

async fn calls_end_with_their_outcomes<D: Device>(mut rigged: Rigged<D>) {
    let booted = rigged.perform("boot", json!({})).await.expect("a device in order boots");
    let known: Vec<&str> = spec("boot").results.iter().map(|(name, _)| *name).collect();
    assert!(booted.keys().all(|name| known.contains(&name.as_str())), "{booted:?}");
    assert!(booted["ip"].as_str().unwrap().parse::<std::net::Ipv4Addr>().is_ok(), "{booted:?}");
}

async fn a_failure_is_an_outcome<D: Device>(mut rigged: Rigged<D>) {
    let early = rigged.perform("tcp.open", json!({ "host": "192.0.2.1", "port": 80 })).await;
    let early = early.expect_err("a device that is off opens nothing");
    assert!(!early.kind.is_empty() && !early.message.is_empty(), "{early:?}");
    rigged.perform("boot", json!({})).await.expect("the failure did no harm");
    let unknown = rigged.perform("tcp.open", json!({ "host": "no.such.host.invalid", "port": 80 })).await;
    assert_eq!(unknown.expect_err("nobody has that name").kind, "nxdomain");
}

async fn an_unknown_call_is_refused<D: Device>(mut rigged: Rigged<D>) {
    static UNKNOWN: CallSpec = CallSpec {
        hand: Hand::Device,
        name: "no.such.call",
        summary: "Nobody can do this.",
        params: &[],
        results: &[],
        needs: None,
        within: Duration::from_secs(1),
    };
    let refused = rigged.device.start(Call { spec: &UNKNOWN, args: Args::default() });
    assert!(matches!(refused, Err(HandError::UnknownCall("no.such.call"))), "{refused:?}");
    rigged.perform("boot", json!({})).await.expect("the device did not notice");
}

async fn several_calls_run_at_once<D: Device>(mut rigged: Rigged<D>) {
    rigged.perform("boot", json!({})).await.unwrap();
    let slow = rigged.start("tcp.open", json!({ "host": SILENT, "port": 80 }));
    let also = rigged.start("tcp.open", json!({ "host": SILENT, "port": 81 }));
    let quick = rigged.start("socket.close", json!({}));
    assert!(slow != also && also != quick && slow != quick, "each call has an id of its own");
    let (first, outcome) = rigged.finished().await;
    assert_eq!((first, outcome.is_ok()), (quick, true), "a call does not wait for those before it");
    let mut others = Vec::new();
    for _ in 0..2 {
        let (id, outcome) = rigged.finished().await;
        assert_eq!(outcome.expect_err("nobody answers there").kind, "timeout");
        others.push(id);
    }
    others.sort();
    assert_eq!(others, [slow, also], "each is reported once");
}

async fn an_abandoned_call_is_never_reported<D: Device>(mut rigged: Rigged<D>) {
    rigged.perform("boot", json!({})).await.unwrap();
    let abandoned = rigged.start("tcp.open", json!({ "host": SILENT, "port": 80 }));
    rigged.device.abandon(abandoned);
    rigged.device.abandon(abandoned);
    let quick = rigged.start("socket.close", json!({}));
    assert_eq!(rigged.finished().await.0, quick);
    rigged.device.abandon(quick);
    let more = timeout(PATIENCE, rigged.device.finished()).await;
    assert!(more.is_err(), "nothing else was to be reported: {more:?}");
}

async fn waiting_can_be_given_up_and_taken_up_again<D: Device>(mut rigged: Rigged<D>) {
    let boot = rigged.start("boot", json!({}));
    let mut waits = 0;
    let (id, outcome) = loop {
        match timeout(Duration::from_millis(100), rigged.device.finished()).await {
            Ok(finished) => break finished.expect("the harness is in order"),
            Err(_) => waits += 1,
        }
        assert!(waits < 10 * PATIENCE.as_secs(), "a boot ends");
    };
    assert!(waits > 0, "no device boots within 100 ms");
    assert_eq!((id, outcome.is_ok()), (boot, true), "no outcome is lost with the wait for it");
}

async fn events_are_recorded<D: Device>(mut rigged: Rigged<D>) {
    let booted = rigged.perform("boot", json!({})).await.unwrap();
    let events = rigged.events();
    let boots = events.iter().filter(|event| matches!(event, DeviceEvent::Boot { count: 1, .. }));
    assert_eq!(boots.count(), 1, "{events:?}");
    let addressed = |event: &DeviceEvent| match event {
        DeviceEvent::Address { ip, .. } => booted["ip"] == ip.to_string(),
        _ => false,
    };
    assert!(events.iter().any(addressed), "{events:?}");
}

async fn the_identity_outlives_resets<D: Device>(mut rigged: Rigged<D>) {
    let (identity, capabilities) = rigged.who();
    rigged.perform("boot", json!({})).await.unwrap();
    assert_eq!(rigged.who(), (identity.clone(), capabilities.clone()));
    rigged.perform("reset", json!({})).await.expect("it comes back");
    assert_eq!(rigged.who(), (identity.clone(), capabilities.clone()));
    if capabilities.has("pwr") {
        // 60 s, in microseconds.
        rigged.perform("sleep", json!({ "for": 60_000_000 })).await.expect("it wakes");
        assert_eq!(rigged.who(), (identity, capabilities));
    }
    let boots = rigged.events().into_iter().filter_map(|event| match event {
        DeviceEvent::Boot { count, .. } => Some(count),
        _ => None,
    });
    let boots: Vec<u32> = boots.collect();
    assert!(boots.len() >= 2 && boots.is_sorted_by(|a, b| a < b), "each boot is recorded: {boots:?}");
}

/// The declaration of a call of devices.
fn spec(name: &str) -> &'static CallSpec {
    nanorig_rig::vocabulary().call(Hand::Device, name).expect("the vocabulary has it")
}

impl<D: Device> Rigged<D> {
    fn start(&mut self, name: &str, args: Value) -> CallId {
        let spec = spec(name);
        assert!(spec.needs.is_none_or(|needed| self.device.capabilities().has(needed)), "{name}");
        let Value::Object(args) = args else { panic!("arguments are a map") };
        let args = Args(args.into_iter().collect());
        self.device.start(Call { spec, args }).expect("the harness is in order")
    }

    async fn finished(&mut self) -> (CallId, Outcome) {
        let finished = timeout(PATIENCE, self.device.finished()).await;
        finished.expect("a call ends in time").expect("the harness is in order")
    }

    async fn perform(&mut self, name: &str, args: Value) -> Outcome {
        let id = self.start(name, args);
        let (finished, outcome) = self.finished().await;
        assert_eq!(finished, id, "only calls that were started are reported");
        outcome
    }

    fn who(&self) -> (DutIdentity, Capabilities) {
        (self.device.identity().clone(), self.device.capabilities().clone())
    }

    fn events(&self) -> Vec<DeviceEvent> {
        let mut events = Vec::new();
        self.recorder.visit_from(0, |record| {
            if let Event::Device(event) = &record.event {
                events.push(event.clone());
            }
        });
        events
    }
}
