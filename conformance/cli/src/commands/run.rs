//! `nanorig run`: scenarios, side by side.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};

use miette::{Context, IntoDiagnostic, miette};
use nanorig_dut::Vocabulary;
use nanorig_rig::simulated::CustomBoard;
use nanorig_scenario::{Plan, closest};

use super::screen::count;
use super::sink::{self, Finished, Sink};
use super::{files, screen};
use crate::args::RunArguments;
use crate::exit::Exit;
use crate::progress::Display;
use crate::session::{self, With};
use crate::vocabulary::vocabulary;
use crate::{outputs, stdio};

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
            stdio::out(&files::line(plan))?;
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
    let inputs = plans.iter().map(|plan| Path::new(&*plan.source.name));
    outputs::check(&sink::targets(arguments, &jobs), inputs)?;
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
    let text = files::text(Path::new(file))?;
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
                stdio::complain(&screen::told(found));
            }
        }
    }
    if faults > 0 {
        stdio::complain(&format!("{}; nothing was run", count(faults, "fault")));
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
pub(super) struct Job {
    pub(super) plan: Arc<Plan>,
    seed: u64,
    /// The seed, when several runs of one scenario must be told apart.
    pub(super) suffix: Option<u64>,
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
    let run = |display: &Display, index: usize, job: &Job| {
        let mut progress = display.run(index + 1, &job.plan.source.name);
        session::run(&job.plan, job.seed, arguments.clock, with, &mut progress)
    };
    if threads <= 1 {
        // On this thread, whose heap grows in larger steps than another's.
        let display = Display::new(jobs.len());
        let mut numbered = jobs.iter().enumerate();
        return numbered.try_for_each(|(index, job)| take(Finished { job, ran: run(&display, index, job) }));
    }
    let next = AtomicUsize::new(0);
    let display = Mutex::new(Display::new(jobs.len()));
    let (results, finished) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            let (results, next, display, run) = (results.clone(), &next, &display, &run);
            scope.spawn(move || {
                while let Some((index, job)) = take_next(jobs, next) {
                    let display = display.lock().unwrap_or_else(PoisonError::into_inner).clone();
                    if results.send((index, run(&display, index, job))).is_err() {
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
