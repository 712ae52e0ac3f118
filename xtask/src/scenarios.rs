//! The scenarios that come with nanorig, parsed.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use nanorig_checks::Catalogue;
use nanorig_dut::{Named, Vocabulary};
use nanorig_scenario::{Plan, Source};

use crate::command;

/// All of `scenarios/`, by path.
pub(crate) fn all() -> anyhow::Result<Vec<Plan>> {
    let root = command::root();
    let mut files = Vec::new();
    below(&root.join("scenarios"), &mut files)?;
    let words = vocabulary();
    let mut plans = Vec::new();
    let mut faults = String::new();
    for file in files {
        let name = file.strip_prefix(&root)?.display().to_string();
        let text = fs::read_to_string(&file).context(name.clone())?;
        match nanorig_scenario::parse(Source::new(name, text), &words) {
            Ok(plan) => plans.push(plan),
            Err(found) => faults.push_str(&found.to_string()),
        }
    }
    if !faults.is_empty() {
        bail!("scenarios are faulty:\n{faults}");
    }
    Ok(plans)
}

/// What people call a scenario: its path below `scenarios` without the ending.
pub(crate) fn short_name(plan: &Plan) -> &str {
    let path = plan.source.name.strip_prefix("scenarios/").unwrap_or(&plan.source.name);
    path.strip_suffix(".yaml").unwrap_or(path)
}

fn vocabulary() -> Vocabulary {
    let all = Catalogue::get().all();
    let named = |name: &String| Named { name: name.clone(), summary: String::new() };
    Vocabulary {
        requirements: all.iter().map(|requirement| named(&requirement.id)).collect(),
        parameters: all.iter().flat_map(|requirement| requirement.parameters.keys()).map(named).collect(),
        ..nanorig_rig::vocabulary()
    }
}

fn below(folder: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let entries = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    let mut paths: Vec<PathBuf> = entries.iter().map(fs::DirEntry::path).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            below(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            files.push(path);
        }
    }
    Ok(())
}
