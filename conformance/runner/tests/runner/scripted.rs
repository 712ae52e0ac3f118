//! A device and a bench without anything behind them. What a call does stands in the scenario, beside the step:
//!
//! ```yaml
//! - device: act        # or `cloud: act`
//!   says: [a, b]       # recorded as console lines when the call begins
//!   lasts: 2s          # then the call ends; without it at once
//!   ends-with: [c]     # recorded at its end
//!   fails: timeout     # the kind of its failure; without it the call succeeds
//!   number: 7          # its only result
//! ```

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use nanorig_dut::{
    Args, Bench, Call, CallId, CallSpec, Capabilities, Device, Failure, Fields, Hand, HandError, Outcome,
    Param, ParamKind, Performer, Vocabulary,
};
use nanorig_runner::{RunOutcome, RunResult, Silent, StepReport};
use nanorig_scenario::Source;
use nanorig_trace::event::{DeviceEvent, RunEvent, StepResult};
use nanorig_trace::{DutIdentity, Event, Record, Recorder, Time, TimeSource};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, sleep};

/// How long the world goes on after a failed step.
pub(crate) const AFTERMATH: Duration = Duration::from_secs(600);

const fn optional(name: &'static str, kind: ParamKind) -> Param {
    Param { name, kind, required: false, doc: "See the module." }
}

const PARAMS: &[Param] = &[
    optional("says", ParamKind::Texts),
    optional("lasts", ParamKind::Duration),
    optional("ends-with", ParamKind::Texts),
    optional("fails", ParamKind::Text),
    optional("number", ParamKind::Integer { min: 0, max: 9 }),
];

const fn spec(hand: Hand, name: &'static str, needs: Option<&'static str>) -> CallSpec {
    let results = &[("number", "as the scenario gave it")];
    CallSpec {
        hand,
        name,
        summary: "For tests.",
        params: PARAMS,
        results,
        needs,
        within: Duration::from_secs(10),
    }
}

static CALLS: &[CallSpec] = &[
    spec(Hand::Device, "act", None),
    spec(Hand::Cloud, "act", None),
    // The scripted device claims nothing but `res`.
    spec(Hand::Device, "report", Some("res")),
    spec(Hand::Device, "sleep", Some("pwr")),
    // The scripted bench has everything but this.
    spec(Hand::Network, "earthquake", None),
    // The cable is out.
    spec(Hand::Device, "vanish", None),
    spec(Hand::Cloud, "break", None),
];

/// Device or bench.
struct Scripted {
    recorder: Recorder,
    running: JoinSet<(CallId, Outcome)>,
    handles: Vec<(CallId, AbortHandle)>,
    abandoned: Rc<RefCell<Vec<CallId>>>,
    identity: DutIdentity,
    capabilities: Capabilities,
}

impl Scripted {
    fn new(recorder: &Recorder, abandoned: &Rc<RefCell<Vec<CallId>>>) -> Self {
        Self {
            recorder: recorder.clone(),
            running: JoinSet::new(),
            handles: Vec::new(),
            abandoned: Rc::clone(abandoned),
            identity: DutIdentity::default(),
            capabilities: Capabilities::new(["res"]).unwrap(),
        }
    }
}

impl Performer for Scripted {
    fn start(&mut self, call: Call) -> Result<CallId, HandError> {
        match call.spec.name {
            "vanish" => return Err(HandError::Unreachable("the cable is out".into())),
            "break" => return Err(HandError::Bench("a fuse has blown".into())),
            _ => {}
        }
        let id = CallId(self.handles.len() as u64 + 1);
        let recorder = self.recorder.clone();
        let handle = self.running.spawn(async move { (id, act(&recorder, &call.args).await) });
        self.handles.push((id, handle));
        Ok(id)
    }

    async fn finished(&mut self) -> Result<(CallId, Outcome), HandError> {
        loop {
            match self.running.join_next().await {
                Some(Ok(ended)) => return Ok(ended),
                Some(Err(error)) => assert!(error.is_cancelled(), "{error}"),
                None => std::future::pending().await,
            }
        }
    }

    fn abandon(&mut self, id: CallId) {
        self.abandoned.borrow_mut().push(id);
        let (_, handle) = self.handles.iter().find(|(own, _)| *own == id).unwrap();
        handle.abort();
    }
}

async fn act(recorder: &Recorder, args: &Args) -> Outcome {
    let say = |lines| {
        for line in args.texts(lines) {
            recorder.record(DeviceEvent::Console { text: line.to_owned() });
        }
    };
    say("says");
    if let Some(span) = args.duration("lasts") {
        sleep(span).await;
    }
    say("ends-with");
    if let Some(kind) = args.text("fails") {
        return Err(Failure::new(kind, format!("it ended in {kind}")));
    }
    let number = args.value("number").cloned();
    Ok(Fields::from_iter(number.map(|number| ("number".to_owned(), number))))
}

impl Device for Scripted {
    fn identity(&self) -> &DutIdentity {
        &self.identity
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }
}

impl Bench for Scripted {
    fn supports(&self, spec: &CallSpec) -> bool {
        spec.name != "earthquake"
    }
}

/// Time since the run began.
struct Clock(Instant);

impl TimeSource for Clock {
    fn now(&self) -> Time {
        Time::ZERO + self.0.elapsed()
    }
}

/// A run that is over.
pub(crate) struct Ran {
    result: RunResult,
    pub(crate) records: Vec<Record>,
    /// Calls that the device and the bench were told to give up.
    pub(crate) abandoned: Vec<CallId>,
    /// From beginning to end, aftermath included.
    pub(crate) took: Duration,
}

/// Runs a scenario of these lines.
pub(crate) async fn run(steps: &str) -> Ran {
    run_with("", steps).await
}

/// Runs a scenario of these lines, with `head` above its steps.
pub(crate) async fn run_with(head: &str, steps: &str) -> Ran {
    let text = format!("format: 1\nname: A test\n{head}steps:\n{steps}");
    let words = Vocabulary { calls: CALLS.iter().collect(), ..Vocabulary::default() };
    let parsed = nanorig_scenario::parse(Source::new("test.yaml", text), &words);
    let plan = parsed.unwrap_or_else(|faults| panic!("{:#?}", faults.faults));
    let began = Instant::now();
    let recorder = Recorder::new(Clock(began));
    let abandoned = Rc::default();
    let (mut device, mut bench) =
        (Scripted::new(&recorder, &abandoned), Scripted::new(&recorder, &abandoned));
    let result = nanorig_runner::run(&plan, &mut device, &mut bench, &recorder, &mut Silent, AFTERMATH).await;
    let took = began.elapsed();
    let abandoned = abandoned.borrow().clone();
    Ran { result, records: recorder.take(), abandoned, took }
}

impl Ran {
    /// Fails the test unless every step passed, and they are so many.
    #[track_caller]
    pub(crate) fn passes(&self, steps: u64) {
        assert_eq!(self.result.outcome, RunOutcome::Passed, "{:#?}", self.result.findings);
        assert_eq!(self.result.passed, steps, "{:#?}", self.result.findings);
    }

    /// Fails the test unless this step failed, after all before it passed. Gives the failure as a user reads it.
    #[track_caller]
    pub(crate) fn fails_at(&self, step: u32) -> String {
        assert_eq!(self.result.outcome, RunOutcome::Failed, "{:#?}", self.result.findings);
        let failed: Vec<&StepReport> = self.of(StepResult::Failed).collect();
        assert_eq!(failed.iter().map(|report| report.index).collect::<Vec<_>>(), [step], "{failed:#?}");
        format!("{}; {}", failed[0].message, failed[0].seen)
    }

    /// Numbers of the steps that did not apply.
    pub(crate) fn skipped(&self) -> Vec<u32> {
        self.of(StepResult::NotApplicable).map(|report| report.index).collect()
    }

    fn of(&self, result: StepResult) -> impl Iterator<Item = &StepReport> {
        self.result.findings.iter().filter(move |report| report.result == result)
    }

    pub(crate) fn outcome(&self) -> RunOutcome {
        self.result.outcome
    }

    /// When this step ended.
    #[track_caller]
    pub(crate) fn end_of(&self, wanted: u32) -> Time {
        let ended = self.records.iter().find(|record| {
            matches!(&record.event, Event::Run(RunEvent::StepFinished { step, .. }) if *step == wanted)
        });
        ended.unwrap_or_else(|| panic!("step {wanted} did not end: {:#?}", self.records)).at
    }

    /// What was asked of device and bench, by the calls' names.
    pub(crate) fn asked(&self) -> Vec<&str> {
        let name = |event| match event {
            &Event::Run(RunEvent::Action { ref name, .. } | RunEvent::Stimulus { ref name, .. }) => {
                Some(name.as_str())
            }
            _ => None,
        };
        self.records.iter().filter_map(|record| name(&record.event)).collect()
    }
}
