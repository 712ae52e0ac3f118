//! Finds and reads scenario files.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::{fs, io};

use miette::{Context, IntoDiagnostic, miette};
use nanorig_dut::Vocabulary;
use nanorig_report::printable;
use nanorig_scenario::{Faults, Plan, Source, closest, parse};

use super::screen::{count, readable};
use crate::args::COMMANDS;

/// All scenario files at and below `paths`, sorted within each folder, none twice.
pub(crate) fn collect(paths: &[PathBuf]) -> miette::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        let found = fs::metadata(path).map_err(|error| nothing_at(path, &error))?;
        if found.is_dir() {
            let before = files.len();
            below(path, &mut files)?;
            if files.len() == before {
                return Err(miette!(
                    help = "scenario files end in .yaml",
                    "there is no scenario in {}",
                    path.display()
                ));
            }
        } else if found.is_file() {
            files.push(path.clone());
        } else {
            return Err(miette!(
                help = "copy what it holds into a file that ends in .yaml",
                "{} is neither a file nor a folder",
                path.display()
            ));
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    files.retain(|file| seen.insert(file.clone()));
    Ok(files)
}

/// Why there is nothing to read at `path`, which may be a command that was misspelt.
fn nothing_at(path: &Path, error: &io::Error) -> miette::Report {
    let name = path.display();
    if error.kind() != io::ErrorKind::NotFound {
        return miette!(
            help = "see what the path leads to and who may read it",
            "{name} cannot be read: {error}"
        );
    }
    let typed = name.to_string();
    let is_word = !typed.contains(['.', '/', '\\']);
    let command = closest(&typed, COMMANDS).filter(|_| is_word);
    let help = command.map_or_else(
        || "give a scenario file, or a folder of them; `nanorig run scenarios --list` names those that come with nanorig".to_owned(),
        |near| format!("did you mean `nanorig {near}`?"),
    );
    miette!(help = help, "{name} does not exist")
}

fn below(folder: &Path, files: &mut Vec<PathBuf>) -> miette::Result<()> {
    let entries = fs::read_dir(folder)
        .into_diagnostic()
        .wrap_err_with(|| format!("{} cannot be read", folder.display()))?;
    let mut paths: Vec<PathBuf> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            below(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
            files.push(path);
        }
    }
    Ok(())
}

/// Reads and checks one file.
pub(crate) fn read(path: &Path, words: &Vocabulary) -> miette::Result<Result<Plan, Faults>> {
    let name = path.display().to_string();
    let text = text(path)?;
    Ok(parse(Source::new(name, text), words))
}

/// Largest file that anyone writes by hand or generates for a run.
const MAX_TEXT: u64 = 16 << 20;

/// The text of a file that is given on the command line.
pub(crate) fn text(path: &Path) -> miette::Result<String> {
    let name = path.display();
    let mut bytes = Vec::new();
    fs::File::open(path)
        .and_then(|file| file.take(MAX_TEXT + 1).read_to_end(&mut bytes))
        .into_diagnostic()
        .wrap_err_with(|| format!("{name} cannot be read"))?;
    if bytes.len() as u64 > MAX_TEXT {
        return Err(miette!(help = "give a text of at most 16 MiB", "{name} is too long"));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        miette!(help = "save the file as UTF-8", "{name} is not UTF-8 text: byte {at} is invalid")
    })
}

/// The line by which a plan is listed.
pub(crate) fn line(plan: &Plan) -> String {
    let steps = count(usize::try_from(plan.step_count()).unwrap_or(usize::MAX), "step");
    format!("{}: {} ({steps})\n", printable(&plan.source.name), readable(&printable(&plan.name)))
}
