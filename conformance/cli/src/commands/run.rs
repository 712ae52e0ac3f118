//! `nanorig run`: scenarios, side by side.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};

use miette::{Context, IntoDiagnostic, miette};
use nanorig_dut::Vocabulary;
use nanorig_report::{Outcome, Report, json, terminal};
use nanorig_rig::simulated::CustomBoard;
use nanorig_scenario::{Plan, closest};

use super::screen::count;
use super::{failures, files, screen};
use crate::args::RunArguments;
use crate::exit::Exit;
use crate::outputs::{self, STDOUT};
use crate::progress::Display;
use crate::session::{self, Ran, With};
use crate::vocabulary::vocabulary;

/// What `nanorig` runs when it is told nothing.
const QUICKSTART: &str = "scenarios/quickstart.yaml";

pub(crate) fn run(arguments: &RunArguments) -> miette::Result<Exit> {
    let words = vocabulary();
    check_names(arguments, &words)?;
    let Some(plans) = plans(arguments, &words)? else {
        return Ok(Exit::Usage);
    };
    if arguments.list {
        for plan in &plans {
            println!("{}: {} ({} steps)", plan.source.name, plan.name, plan.step_count());
        }
        return Ok(Exit::Passed);
    }
    if plans.is_empty() {
        return Err(miette!(
            help = "`nanorig run PATH --list` names the scenarios; loosen --filter and --tag",
            "no scenario is left to run"
        ));
    }
    let jobs: Vec<Job> = plans.iter().flat_map(|plan| repeated(plan, arguments.repeat)).collect();
    let mut sink = Sink::new(arguments, jobs.len());
    let with = With { capture: arguments.pcap.is_some(), board: board(arguments)? };
    perform(&jobs, arguments, &with, |ran| sink.take(ran))?;
    sink.finish()
}

/// Names on the command line get the same did-you-mean as in a scenario.
fn check_names(arguments: &RunArguments, words: &Vocabulary) -> miette::Result<()> {
    if arguments.dut != "sim" {
        return Err(miette!(
            help = "leave --dut out, or write `--dut sim`; boards over serial are not supported yet",
            "`{}` is not a device under test that this version can drive",
            arguments.dut
        ));
    }
    let named_profile = arguments.profile.clone().filter(|profile| !session::is_file(profile));
    let lists = [
        ("profile", named_profile.as_slice(), &words.profiles),
        ("persona", arguments.persona.as_slice(), &words.personas),
        ("quirk", arguments.quirks.as_slice(), &words.quirks),
    ];
    for (noun, given, known) in lists {
        for name in given {
            if known.iter().all(|named| &named.name != name) {
                let near = closest(name, known.iter().map(|named| named.name.as_str()));
                let help = near.map_or_else(
                    || format!("`nanorig list {noun}s` shows all of them"),
                    |near| format!("did you mean `--{noun} {near}`?"),
                );
                return Err(miette!(help = help, "there is no {noun} `{name}`"));
            }
        }
    }
    Ok(())
}

/// The board of `--profile FILE`, if one is given.
fn board(arguments: &RunArguments) -> miette::Result<Option<CustomBoard>> {
    let Some(file) = arguments.profile.as_ref().filter(|profile| session::is_file(profile)) else {
        return Ok(None);
    };
    let text = std::fs::read_to_string(file)
        .into_diagnostic()
        .wrap_err_with(|| format!("the profile {file} cannot be read"))?;
    let board = CustomBoard::parse(&text, file)
        .into_diagnostic()
        .wrap_err_with(|| format!("{file} is not a usable profile; simulator/mcu/profiles/ has examples"))?;
    Ok(Some(board))
}

/// All plans that the arguments select; none when a file is faulty, after saying so.
fn plans(arguments: &RunArguments, words: &Vocabulary) -> miette::Result<Option<Vec<Arc<Plan>>>> {
    let given = if arguments.paths.is_empty() { &[PathBuf::from(QUICKSTART)][..] } else { &arguments.paths };
    let mut plans = Vec::new();
    let mut faults = 0;
    for path in files::collect(given)? {
        match files::read(&path, words)? {
            Ok(plan) => plans.push(plan),
            Err(found) => {
                faults += found.faults.len();
                for report in found.reports() {
                    eprintln!("{report:?}");
                }
            }
        }
    }
    if faults > 0 {
        eprintln!("{}; nothing was run", count(faults, "fault"));
        return Ok(None);
    }
    let wanted = |plan: &Plan| {
        let text = arguments.filter.as_deref().unwrap_or_default();
        let tag = arguments.tag.as_ref();
        (plan.name.contains(text) || plan.source.name.contains(text))
            && tag.is_none_or(|tag| plan.tags.contains(tag))
    };
    let chosen = plans.into_iter().filter(|plan| wanted(plan));
    Ok(Some(chosen.map(|plan| Arc::new(session::overridden(plan, arguments))).collect()))
}

/// One run of one plan.
struct Job {
    plan: Arc<Plan>,
    seed: u64,
    /// The seed, when files of several runs must be told apart.
    suffix: Option<u64>,
}

fn repeated(plan: &Arc<Plan>, times: u32) -> impl Iterator<Item = Job> {
    let first = plan.seed.unwrap_or_default();
    let several = times > 1;
    let plan = Arc::clone(plan);
    (0..u64::from(times)).map(move |n| {
        let seed = first.wrapping_add(n);
        Job { plan: Arc::clone(&plan), seed, suffix: several.then_some(seed) }
    })
}

/// Runs all jobs on a few threads and hands the results over in the order of the jobs.
fn perform(
    jobs: &[Job],
    arguments: &RunArguments,
    with: &With,
    mut take: impl FnMut(Finished) -> miette::Result<()>,
) -> miette::Result<()> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = arguments.jobs.map_or(cores, usize::from).min(jobs.len());
    let run = |display: &Display, job: &Job| {
        let mut progress = display.run(&job.plan.source.name);
        session::run(&job.plan, job.seed, arguments.clock, with, &mut progress)
    };
    if threads <= 1 {
        // On this thread, whose heap grows in larger steps than another's.
        let display = Display::new();
        return jobs.iter().try_for_each(|job| take(Finished { job, ran: run(&display, job) }));
    }
    let next = AtomicUsize::new(0);
    let display = Mutex::new(Display::new());
    let (results, finished) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            let (results, next, display, run) = (results.clone(), &next, &display, &run);
            scope.spawn(move || {
                while let Some((index, job)) = take_next(jobs, next) {
                    let display = display.lock().unwrap_or_else(PoisonError::into_inner).clone();
                    if results.send((index, run(&display, job))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(results);
        in_order(&finished, |index, ran| take(Finished { job: &jobs[index], ran }))
    })
}

fn take_next<'j>(jobs: &'j [Job], next: &AtomicUsize) -> Option<(usize, &'j Job)> {
    let index = next.fetch_add(1, Ordering::Relaxed);
    Some((index, jobs.get(index)?))
}

/// Calls `take` with results in the order of their numbers, whatever order they come in.
fn in_order<T>(
    results: &mpsc::Receiver<(usize, T)>,
    mut take: impl FnMut(usize, T) -> miette::Result<()>,
) -> miette::Result<()> {
    let mut waiting = BTreeMap::new();
    let mut next = 0;
    for (index, result) in results {
        waiting.insert(index, result);
        while let Some(result) = waiting.remove(&next) {
            take(next, result)?;
            next += 1;
        }
    }
    Ok(())
}

/// A job and what came of it.
struct Finished<'j> {
    job: &'j Job,
    ran: Result<Ran, String>,
}

/// Writes and prints results as they come.
struct Sink<'a> {
    arguments: &'a RunArguments,
    total: usize,
    reports: Vec<Report>,
    exit: Exit,
    json: Vec<serde_json::Value>,
}

impl<'a> Sink<'a> {
    fn new(arguments: &'a RunArguments, total: usize) -> Self {
        Self { arguments, total, reports: Vec::new(), exit: Exit::Passed, json: Vec::new() }
    }

    fn json_to_stdout(&self) -> bool {
        self.arguments.json.as_deref() == Some(Path::new(STDOUT))
    }

    fn take(&mut self, finished: Finished<'_>) -> miette::Result<()> {
        let job = finished.job;
        let ran = match finished.ran {
            Ok(ran) => ran,
            Err(message) => {
                eprintln!("{}: {message}", job.plan.source.name);
                self.exit = self.exit.worst(Exit::Usage);
                return Ok(());
            }
        };
        self.write_files(job, &ran)?;
        if self.json_to_stdout() {
            self.json.push(json(&ran.report));
        } else {
            self.print(&ran);
        }
        if ran.report.outcome != Outcome::NotApplicable {
            self.exit = self.exit.worst(exit_of(ran.report.outcome));
        }
        self.reports.push(ran.report);
        Ok(())
    }

    fn write_files(&self, job: &Job, ran: &Ran) -> miette::Result<()> {
        let place = |target: &Path, extension: &str| {
            outputs::place(target, &job.plan.source.name, job.suffix, extension, self.total)
        };
        if let Some(target) = self.arguments.json.as_deref().filter(|target| *target != Path::new(STDOUT)) {
            let text = outputs::json_text(&json(&ran.report));
            outputs::write(&place(target, "json"), text.as_bytes())?;
        }
        if let Some(target) = &self.arguments.trace {
            let mut text = Vec::new();
            nanorig_trace::write(&ran.trace, &mut text)
                .map_err(|error| miette!("the trace cannot be written: {error}"))?;
            outputs::write(&place(target, "jsonl"), &text)?;
        }
        if let (Some(target), Some(capture)) = (&self.arguments.pcap, &ran.capture) {
            outputs::write(&place(target, "pcapng"), capture)?;
        }
        Ok(())
    }

    fn print(&self, ran: &Ran) {
        let style = screen::style();
        let failures = failures::show(&ran.plan.source, &ran.report, &ran.result.findings);
        if self.total == 1 {
            print!("{}", terminal(&ran.report, style));
        } else {
            println!("{}", nanorig_report::one_line(&ran.report, style));
            print!("{}", nanorig_report::undecided(&ran.report, style));
        }
        print!("{failures}");
    }

    fn finish(self) -> miette::Result<Exit> {
        if self.json_to_stdout() {
            let whole = match <[_; 1]>::try_from(self.json) {
                Ok([single]) => single,
                Err(several) => serde_json::Value::Array(several),
            };
            print!("{}", outputs::json_text(&whole));
        } else if self.total > 1 {
            println!("\n{}", nanorig_report::summary(&self.reports, screen::style()));
        }
        if let Some(target) = &self.arguments.junit {
            outputs::write_junit(target, &self.reports)?;
        }
        let nothing_applied = self.reports.iter().all(|report| report.outcome == Outcome::NotApplicable);
        Ok(if nothing_applied { self.exit.worst(Exit::Inconclusive) } else { self.exit })
    }
}

/// The exit code of one outcome.
pub(crate) const fn exit_of(outcome: Outcome) -> Exit {
    match outcome {
        Outcome::Passed => Exit::Passed,
        Outcome::Failed => Exit::Failed,
        Outcome::Inconclusive | Outcome::NotApplicable => Exit::Inconclusive,
        Outcome::Error => Exit::Harness,
        Outcome::Unreachable => Exit::Unreachable,
    }
}
