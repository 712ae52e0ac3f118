//! What becomes of the results of `nanorig run`: they are shown as they come, and written where the command line says.

use std::path::{Path, PathBuf};

use miette::miette;
use nanorig_report::{Report, json, terminal};

use super::run::Job;
use super::{failures, screen};
use crate::args::RunArguments;
use crate::exit::Exit;
use crate::outputs::{self, STDOUT};
use crate::session::Ran;
use crate::stdio;

/// A job and what came of it.
pub(super) struct Finished<'j> {
    pub(super) job: &'j Job,
    pub(super) ran: Result<Ran, String>,
}

/// Every file that the jobs will write.
pub(super) fn targets(arguments: &RunArguments, jobs: &[Job]) -> Vec<PathBuf> {
    let of_each = [
        (file(arguments.json.as_deref()), "json"),
        (arguments.trace.as_deref(), "jsonl"),
        (arguments.pcap.as_deref(), "pcapng"),
    ];
    let mut targets: Vec<PathBuf> = arguments.junit.clone().into_iter().collect();
    for (target, extension) in of_each {
        let Some(target) = target else { continue };
        targets.extend(jobs.iter().map(|job| place(target, job, extension, jobs.len())));
    }
    targets
}

/// The target, unless it is stdout.
fn file(target: Option<&Path>) -> Option<&Path> {
    target.filter(|target| *target != Path::new(STDOUT))
}

fn place(target: &Path, job: &Job, extension: &str, total: usize) -> PathBuf {
    outputs::place(target, &job.plan.source.name, job.suffix, extension, total)
}

/// Writes and prints results as they come.
pub(super) struct Sink<'a> {
    arguments: &'a RunArguments,
    total: usize,
    reports: Vec<Report>,
    exit: Exit,
    json: Vec<serde_json::Value>,
    /// True once a file could not be written: the next would fail like it.
    full: bool,
}

impl<'a> Sink<'a> {
    pub(super) fn new(arguments: &'a RunArguments, total: usize) -> Self {
        Self { arguments, total, reports: Vec::new(), exit: Exit::Passed, json: Vec::new(), full: false }
    }

    fn json_to_stdout(&self) -> bool {
        self.arguments.json.as_deref() == Some(Path::new(STDOUT))
    }

    /// Shows a result before it is written: what cannot be written is known all the same.
    pub(super) fn take(&mut self, finished: Finished<'_>) -> miette::Result<()> {
        let job = finished.job;
        let ran = match finished.ran {
            Ok(ran) => ran,
            Err(message) => {
                stdio::complain(&format!("{}: {message}", job.plan.source.name));
                self.exit = self.exit.worst(Exit::Usage);
                return Ok(());
            }
        };
        if self.json_to_stdout() {
            self.json.push(json(&ran.report));
        } else {
            self.print(job, &ran)?;
        }
        if !self.full {
            let written = self.write_files(job, &ran);
            self.note(written);
        }
        self.exit = self.exit.worst(Exit::of(ran.report.outcome));
        self.reports.push(ran.report);
        Ok(())
    }

    /// Says what could not be written, and goes on.
    fn note(&mut self, written: miette::Result<()>) {
        if let Err(error) = written {
            stdio::complain(&format!("{error:?}"));
            self.full = true;
            self.exit = self.exit.worst(Exit::Usage);
        }
    }

    fn write_files(&self, job: &Job, ran: &Ran) -> miette::Result<()> {
        let place = |target: &Path, extension: &str| place(target, job, extension, self.total);
        if let Some(target) = file(self.arguments.json.as_deref()) {
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

    fn print(&self, job: &Job, ran: &Ran) -> miette::Result<()> {
        let style = screen::style();
        let mut text = if self.total == 1 {
            terminal(&ran.report, style)
        } else {
            let line = nanorig_report::one_line(&ran.report, job.suffix, style);
            format!("{line}\n{}", nanorig_report::undecided(&ran.report, style))
        };
        text.push_str(&failures::show(&ran.plan.source, &ran.report, &ran.result.findings));
        stdio::out(&text)
    }

    pub(super) fn finish(mut self) -> miette::Result<Exit> {
        if self.json_to_stdout() {
            let whole = match <[_; 1]>::try_from(std::mem::take(&mut self.json)) {
                Ok([single]) => single,
                Err(several) => serde_json::Value::Array(several),
            };
            stdio::document(&outputs::json_text(&whole))?;
        } else if self.total > 1 {
            stdio::out(&format!("\n{}\n", nanorig_report::summary(&self.reports, screen::style())))?;
        }
        if let Some(target) = &self.arguments.junit {
            let written = outputs::write_junit(target, &self.reports);
            self.note(written);
        }
        Ok(self.exit)
    }
}
