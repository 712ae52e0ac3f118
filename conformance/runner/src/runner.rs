//! The loop: begin a step, wait for what it wants, say how it ended.

use std::time::Duration;

use nanorig_dut::{Bench, Call, CallId, Device, Hand, HandError, Outcome};
use nanorig_scenario::{EventPattern, Expected, Plan, Span, Step, StepKind};
use nanorig_trace::event::{RunEvent, StepResult};
use nanorig_trace::{Recorder, Time};
use serde_json::Value;
use tokio::time::Instant;

use crate::begun::Begun;
use crate::expectation::{Search, Window, nearest};
use crate::pending::{Pending, Side, fields};
use crate::waiting::{Goal, Reached, changed, sleep_until};
use crate::{Progress, RunOutcome, RunResult, StepReport};

/// Runs `plan`. Everything that happens is in the recorder's trace afterwards.
///
/// A step that fails is the last one. The world then goes on for `aftermath`, so that the checks see what a
/// device does about it that reacts late or not at all; virtual time makes that free.
pub async fn run(
    plan: &Plan,
    device: &mut impl Device,
    bench: &mut impl Bench,
    recorder: &Recorder,
    progress: &mut impl Progress,
    aftermath: Duration,
) -> RunResult {
    let missing = plan.needs.iter().find(|name| !device.capabilities().has(name));
    if let Some(missing) = missing {
        tracing::info!(capability = missing, "not applicable");
        let finding = not_applicable(plan, missing, recorder.now());
        return RunResult { outcome: RunOutcome::NotApplicable, findings: vec![finding], passed: 0 };
    }
    progress.begun(recorder);
    let mut runner = Runner {
        plan,
        device,
        bench,
        recorder,
        progress,
        total: plan.step_count(),
        index: 0,
        window: Window::default(),
        skipping: false,
        pending: Vec::new(),
        findings: Vec::new(),
        passed: 0,
    };
    let ended = runner.all(&plan.steps).await;
    let ended = match ended {
        Ok(()) => runner.settle_background().await,
        stop => stop,
    };
    if matches!(ended, Err(Stop::Failed)) {
        tokio::time::sleep(aftermath).await;
    }
    let outcome = match ended {
        Ok(()) => RunOutcome::Passed,
        Err(Stop::Failed) => RunOutcome::Failed,
        Err(Stop::Unreachable) => RunOutcome::Unreachable,
        Err(Stop::Harness) => RunOutcome::Error,
    };
    RunResult { outcome, findings: runner.findings, passed: runner.passed }
}

fn not_applicable(plan: &Plan, capability: &str, now: Time) -> StepReport {
    StepReport {
        index: 0,
        label: plan.name.clone(),
        result: StepResult::NotApplicable,
        message: format!("the device does not claim `{capability}`"),
        seen: String::new(),
        span: Span::default(),
        started: now,
        ended: now,
    }
}

/// Why no further step is taken.
enum Stop {
    Failed,
    Unreachable,
    Harness,
}

struct Runner<'a, D, B, P> {
    plan: &'a Plan,
    device: &'a mut D,
    bench: &'a mut B,
    recorder: &'a Recorder,
    progress: &'a mut P,
    total: u64,
    index: u32,
    window: Window,
    /// True after a step that does not apply: what waits for its effect does not apply either.
    skipping: bool,
    pending: Vec<Pending>,
    findings: Vec<StepReport>,
    passed: u64,
}

impl<D: Device, B: Bench, P: Progress> Runner<'_, D, B, P> {
    async fn all(&mut self, steps: &[Step]) -> Result<(), Stop> {
        for step in steps {
            match &step.kind {
                StepKind::Repeat { times, steps } => {
                    for _ in 0..*times {
                        Box::pin(self.all(steps)).await?;
                    }
                }
                _ => self.one(step).await?,
            }
        }
        Ok(())
    }

    async fn one(&mut self, step: &Step) -> Result<(), Stop> {
        self.index += 1;
        self.progress.step(self.index.into(), self.total, &step.label);
        tracing::info!(step = self.index, label = step.label, t_us = self.recorder.now().as_micros(), "step");
        if !matches!(step.kind, StepKind::Expect { .. } | StepKind::Never { .. }) {
            self.window.restart(self.recorder);
            self.skipping = false;
        }
        self.recorder.record(RunEvent::StepStarted { step: self.index, label: step.label.clone() });
        let begun = Begun::new(self.index, step.label.clone(), self.recorder.now());
        match &step.kind {
            StepKind::Call { call, expect, within, background } => {
                self.call(begun, step.span, call, expect.as_ref(), *within, *background).await
            }
            StepKind::Expect { .. } | StepKind::Never { .. } if self.skipping => {
                self.finish(begun, StepResult::NotApplicable, String::new(), String::new(), step.span)
            }
            StepKind::Expect { pattern, times, within } => self.expect(begun, pattern, *times, *within).await,
            StepKind::Never { pattern, during } => self.never(begun, pattern, *during).await,
            StepKind::Wait { span } => {
                self.wait(&Goal::Deadline, Some(Instant::now() + *span)).await?;
                self.finish(begun, StepResult::Passed, String::new(), String::new(), step.span)
            }
            StepKind::Repeat { .. } => Ok(()),
        }
    }

    async fn call(
        &mut self,
        begun: Begun,
        span: Span,
        call: &Call,
        expect: Option<&(Expected, Span)>,
        within: Duration,
        background: bool,
    ) -> Result<(), Stop> {
        if let Some(message) = self.obstacle(call) {
            self.skipping = true;
            let begun = Begun { skipped: Some(call.spec.name.to_owned()), ..begun };
            return self.finish(begun, StepResult::NotApplicable, message, String::new(), span);
        }
        self.announce(call, begun.index);
        let side = Side::from(call.spec.hand);
        let started = match side {
            Side::Device => self.device.start(call.clone()),
            Side::Bench => self.bench.start(call.clone()),
        };
        let id = match started {
            Ok(id) => id,
            Err(error) => return Err(self.broken(&error)),
        };
        let deadline = Instant::now() + within;
        self.pending.push(Pending {
            side,
            id,
            call: call.clone(),
            expect: expect.cloned(),
            within,
            deadline,
            index: begun.index,
            label: begun.label,
            span,
            started: begun.started,
        });
        if background {
            return Ok(());
        }
        self.wait(&Goal::Call(side, id), None).await.map(drop)
    }

    /// Why a call does not apply to this device or bench, if it does not.
    fn obstacle(&self, call: &Call) -> Option<String> {
        if let Some(needs) = call.spec.needs.filter(|needs| !self.device.capabilities().has(needs)) {
            return Some(format!("the device does not claim `{needs}`"));
        }
        let bench_lacks_it = call.spec.hand != Hand::Device && !self.bench.supports(call.spec);
        bench_lacks_it.then(|| format!("this bench cannot do `{}`", call.spec.name))
    }

    fn announce(&self, call: &Call, step: u32) {
        let name = call.spec.name.to_owned();
        let args = Value::Object(call.args.0.clone().into_iter().collect());
        self.recorder.record(match call.spec.hand {
            Hand::Device => RunEvent::Action { name, args, step: Some(step) },
            hand => RunEvent::Stimulus { hand: hand.key().to_owned(), name, args, step: Some(step) },
        });
    }

    async fn expect(
        &mut self,
        begun: Begun,
        pattern: &EventPattern,
        times: u32,
        within: Duration,
    ) -> Result<(), Stop> {
        let reached = self.wait(&Goal::Event(pattern, times), Some(Instant::now() + within)).await?;
        let Reached::Deadline { found } = reached else {
            return self.finish(begun, StepResult::Passed, String::new(), String::new(), pattern.span);
        };
        let what = format!("{} {}", pattern.source, pattern.name);
        let message = match times {
            1 => format!("`{what}` did not happen as expected within {within:?}"),
            _ => format!("`{what}` happened {found} of {times} times within {within:?}"),
        };
        let seen = nearest(self.recorder, &self.window, pattern);
        self.finish(begun, StepResult::Failed, message, seen, pattern.span)
    }

    async fn never(&mut self, begun: Begun, pattern: &EventPattern, during: Duration) -> Result<(), Stop> {
        let before = self.recorder.len();
        let reached = self.wait_from(&Goal::Event(pattern, 1), Some(Instant::now() + during), before).await?;
        match reached {
            Reached::Deadline { .. } => {
                self.finish(begun, StepResult::Passed, String::new(), String::new(), pattern.span)
            }
            Reached::Goal => {
                let message = format!("`{} {}` happened, which it must not", pattern.source, pattern.name);
                let seen = format!("seen at {}", self.recorder.now());
                self.finish(begun, StepResult::Failed, message, seen, pattern.span)
            }
        }
    }

    /// After the last step: calls in the background end or reach their deadline.
    async fn settle_background(&mut self) -> Result<(), Stop> {
        self.wait(&Goal::Idle, None).await.map(drop)
    }

    async fn wait(&mut self, goal: &Goal<'_>, deadline: Option<Instant>) -> Result<Reached, Stop> {
        self.wait_from(goal, deadline, 0).await
    }

    /// Waits for `goal` or `deadline` while calls end and are judged. Events are looked for from record `from` on.
    async fn wait_from(
        &mut self,
        goal: &Goal<'_>,
        deadline: Option<Instant>,
        from: usize,
    ) -> Result<Reached, Stop> {
        let mut search = self.window.search_from(from);
        // Records are watched only for an event's sake: being told of each costs as much as recording it.
        let mut news = matches!(goal, Goal::Event(..)).then(|| self.recorder.watch());
        loop {
            if let Some(news) = &mut news {
                news.mark_unchanged();
            }
            if self.reached(goal, &mut search) {
                return Ok(Reached::Goal);
            }
            let next = self.pending.iter().map(|pending| pending.deadline).chain(deadline).min();
            let (device, bench) = (&mut *self.device, &mut *self.bench);
            tokio::select! {
                biased;
                ended = device.finished() => self.ended(Side::Device, ended)?,
                ended = bench.finished() => self.ended(Side::Bench, ended)?,
                () = changed(&mut news) => {}
                () = sleep_until(next) => {
                    self.overdue()?;
                    if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
                        let found = search.found();
                        return Ok(if self.reached(goal, &mut search) {
                            Reached::Goal
                        } else {
                            Reached::Deadline { found }
                        });
                    }
                }
            }
        }
    }

    fn reached(&mut self, goal: &Goal<'_>, search: &mut Search) -> bool {
        match goal {
            Goal::Call(side, id) => !self.pending.iter().any(|p| p.side == *side && p.id == *id),
            Goal::Event(pattern, times) => search.advance(self.recorder, &mut self.window, pattern, *times),
            Goal::Deadline => false,
            Goal::Idle => self.pending.is_empty(),
        }
    }

    /// A call ended: compare it with what its step wants.
    fn ended(&mut self, side: Side, ended: Result<(CallId, Outcome), HandError>) -> Result<(), Stop> {
        let (id, outcome) = ended.map_err(|error| self.broken(&error))?;
        let Some(at) = self.pending.iter().position(|p| p.side == side && p.id == id) else {
            return Ok(());
        };
        let pending = self.pending.remove(at);
        self.recorder.record(RunEvent::Outcome {
            name: pending.call.spec.name.to_owned(),
            ok: outcome.is_ok(),
            fields: Value::Object(fields(&outcome)),
            step: Some(pending.index),
        });
        let judged = pending.judge(&outcome);
        let span = pending.span;
        let begun = Begun::new(pending.index, pending.label, pending.started);
        match judged {
            Ok(()) => self.finish(begun, StepResult::Passed, String::new(), String::new(), span),
            Err(why) => self.finish(begun, StepResult::Failed, why.message, why.seen, why.span),
        }
    }

    /// Calls whose deadline has passed fail their steps.
    fn overdue(&mut self) -> Result<(), Stop> {
        let now = Instant::now();
        while let Some(at) = self.pending.iter().position(|pending| pending.deadline <= now) {
            let pending = self.pending.remove(at);
            match pending.side {
                Side::Device => self.device.abandon(pending.id),
                Side::Bench => self.bench.abandon(pending.id),
            }
            let (name, within) = (pending.call.spec.name, pending.within);
            let message =
                format!("`{name}` did not end within {within:?}, its deadline; `within:` sets another");
            let begun = Begun::new(pending.index, pending.label, pending.started);
            self.finish(begun, StepResult::Failed, message, "no outcome".into(), pending.span)?;
        }
        Ok(())
    }

    fn finish(
        &mut self,
        begun: Begun,
        result: StepResult,
        message: String,
        seen: String,
        span: Span,
    ) -> Result<(), Stop> {
        let line = self.plan.source.line(span);
        let text = if seen.is_empty() { message.clone() } else { format!("{message}; {seen}") };
        let Begun { index, label, started, skipped } = begun;
        self.recorder.record(RunEvent::StepFinished { step: index, result, message: text, line, skipped });
        if result == StepResult::Passed {
            self.passed += 1;
            return Ok(());
        }
        tracing::warn!(step = index, ?result, message, "step did not pass");
        let ended = self.recorder.now();
        self.findings.push(StepReport { index, label, result, message, seen, span, started, ended });
        if result == StepResult::Failed { Err(Stop::Failed) } else { Ok(()) }
    }

    fn broken(&self, error: &HandError) -> Stop {
        tracing::error!(%error, "the harness cannot go on");
        self.recorder.record(RunEvent::HarnessError { message: error.to_string() });
        match error {
            HandError::Unreachable(_) => Stop::Unreachable,
            _ => Stop::Harness,
        }
    }
}
