//! `nanorig judge`: checks again over a recorded trace.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use miette::miette;
use nanorig_report::{Report, json, terminal};
use nanorig_scenario::Source;
use nanorig_trace::{End, Trace};

use super::{failures, screen};
use crate::args::JudgeArguments;
use crate::exit::Exit;
use crate::outputs::{self, STDOUT};
use crate::session::NO_WALL_TIME;
use crate::stdio;

pub(crate) fn run(arguments: &JudgeArguments) -> miette::Result<Exit> {
    let json_file = arguments.json.as_deref().filter(|target| *target != Path::new(STDOUT));
    let targets: Vec<PathBuf> =
        json_file.into_iter().chain(arguments.junit.as_deref()).map(Path::to_owned).collect();
    outputs::check(&targets, [arguments.trace.as_path()])?;
    let trace = read(&arguments.trace)?;
    let report = Report::new(&trace, nanorig_checks::judge(&trace), NO_WALL_TIME);
    if arguments.json.is_some() && json_file.is_none() {
        stdio::document(&outputs::json_text(&json(&report)))?;
    } else {
        // The scenario may have changed or be gone since: then failures are shown without its text.
        let text = std::fs::read_to_string(&report.header.file).unwrap_or_default();
        let unchanged = nanorig_rig::sha256_hex(text.as_bytes()) == report.header.scenario_sha256;
        let source = Source::new(report.header.file.as_str(), if unchanged { text } else { String::new() });
        stdio::out(&terminal(&report, screen::style()))?;
        stdio::out(&failures::show(&source, &report, &[]))?;
    }
    if let Some(target) = json_file {
        outputs::write(target, outputs::json_text(&json(&report)).as_bytes())?;
    }
    if let Some(target) = &arguments.junit {
        outputs::write_junit(target, std::slice::from_ref(&report))?;
    }
    Ok(Exit::of(report.outcome))
}

fn read(path: &Path) -> miette::Result<Trace> {
    let name = path.display();
    let wrong = |why: String| {
        miette!(help = "give a file that `nanorig run SCENARIO --trace FILE` wrote", "{name} {why}")
    };
    let file = File::open(path).map_err(|error| wrong(format!("cannot be opened: {error}")))?;
    let stored = nanorig_trace::read(BufReader::new(file)).map_err(|error| {
        let cause = std::error::Error::source(&error).map_or_else(String::new, |cause| format!(": {cause}"));
        wrong(format!("is not a usable trace: {error}{cause}"))
    })?;
    if stored.end == End::Open {
        stdio::complain(&format!(
            "warning: {name} has no end mark: an earlier version wrote it, or its last lines are missing"
        ));
    }
    Ok(stored.trace)
}
