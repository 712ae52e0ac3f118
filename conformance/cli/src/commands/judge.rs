//! `nanorig judge`: checks again over a recorded trace.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use miette::{Context, IntoDiagnostic};
use nanorig_report::{Report, json, terminal};
use nanorig_scenario::Source;

use super::{failures, run::exit_of, screen};
use crate::args::JudgeArguments;
use crate::exit::Exit;
use crate::outputs::{self, STDOUT};
use crate::session::NO_WALL_TIME;

pub(crate) fn run(arguments: &JudgeArguments) -> miette::Result<Exit> {
    let path = &arguments.trace;
    let name = path.display();
    let file = File::open(path).into_diagnostic().wrap_err_with(|| format!("{name} cannot be opened"))?;
    let trace = nanorig_trace::read(BufReader::new(file))
        .into_diagnostic()
        .wrap_err_with(|| format!("{name} is not a usable trace"))?;
    let report = Report::new(&trace, nanorig_checks::judge(&trace), NO_WALL_TIME);
    match &arguments.json {
        Some(target) if target == Path::new(STDOUT) => print!("{}", outputs::json_text(&json(&report))),
        target => {
            if let Some(target) = target {
                outputs::write(target, outputs::json_text(&json(&report)).as_bytes())?;
            }
            print!("{}", terminal(&report, screen::style()));
            // The scenario may have changed or be gone since: then failures are shown without its text.
            let text = std::fs::read_to_string(&report.header.file).unwrap_or_default();
            let unchanged = nanorig_rig::sha256_hex(text.as_bytes()) == report.header.scenario_sha256;
            let source =
                Source::new(report.header.file.as_str(), if unchanged { text } else { String::new() });
            print!("{}", failures::show(&source, &report, &[]));
        }
    }
    if let Some(target) = &arguments.junit {
        outputs::write_junit(target, std::slice::from_ref(&report))?;
    }
    Ok(exit_of(report.outcome))
}
