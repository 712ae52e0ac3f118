//! Where reports, traces and captures go.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use miette::miette;
use nanorig_report::Report;

/// Means stdout.
pub(crate) const STDOUT: &str = "-";

/// The file for one of `total` results: `target` itself when there is one, else a file named after the scenario in that folder.
pub(crate) fn place(
    target: &Path,
    file: &str,
    seed_suffix: Option<u64>,
    extension: &str,
    total: usize,
) -> PathBuf {
    let is_folder =
        total > 1 || target.is_dir() || target.as_os_str().to_string_lossy().ends_with(['/', '\\']);
    if !is_folder {
        return target.to_path_buf();
    }
    let flat: Vec<String> = Path::new(file)
        .with_extension("")
        .components()
        .filter_map(|part| match part {
            std::path::Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
            _ => None,
        })
        .collect();
    // The last two parts, such as `tls-wrong-name`, are what people call a scenario by.
    let name = flat[flat.len().saturating_sub(2)..].join("-");
    let seed = seed_suffix.map_or_else(String::new, |seed| format!("-seed-{seed}"));
    target.join(format!("{name}{seed}.{extension}"))
}

/// Finds out before a run whether its results can be written, and whether one would take another's place or that of one
/// of the `inputs`. Makes their folders.
///
/// # Errors
/// Two of `targets` are one file, one of them is an input, or there is one that cannot be written.
pub(crate) fn check<'p>(
    targets: &[PathBuf],
    inputs: impl IntoIterator<Item = &'p Path>,
) -> miette::Result<()> {
    let inputs: BTreeSet<PathBuf> = inputs.into_iter().map(spelt_one_way).collect();
    let mut seen = BTreeSet::new();
    for target in targets {
        if target.starts_with(STDOUT) {
            return Err(miette!(
                help = "give a path; `--json -` is the one output that goes to stdout",
                "only the JSON report can be written to stdout"
            ));
        }
        make_folder(target)?;
        if inputs.contains(&spelt_one_way(target)) {
            return Err(miette!(
                help = "give the output a path of its own",
                "{} is read, and an output would take its place",
                target.display()
            ));
        }
        if !seen.insert(spelt_one_way(target)) {
            return Err(miette!(
                help = "give each output a path of its own; in a folder, results are named after the last two parts of their scenario's path",
                "two outputs would be written to {}",
                target.display()
            ));
        }
    }
    targets.iter().try_for_each(|target| probe(target))
}

/// The path by which any other spelling of it is known.
fn spelt_one_way(path: &Path) -> PathBuf {
    if let Ok(real) = path.canonicalize() {
        return real;
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match (folder.canonicalize(), path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => path.to_owned(),
    }
}

/// Opens `path` for writing and leaves everything as it was.
fn probe(path: &Path) -> miette::Result<()> {
    // To open a pipe waits for its reader, and a device says only when it is written to.
    if fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir()) {
        return Ok(());
    }
    let is_new = fs::symlink_metadata(path).is_err();
    let opened = OpenOptions::new().create(true).append(true).open(path);
    opened.map_err(|error| unwritable(path, &error))?;
    if is_new {
        fs::remove_file(path).map_err(|error| unwritable(path, &error))?;
    }
    Ok(())
}

fn unwritable(path: &Path, error: &io::Error) -> miette::Report {
    miette!(
        help = "name a file in a folder that you may write to and that has room",
        "{} cannot be written: {error}",
        path.display()
    )
}

fn make_folder(of: &Path) -> miette::Result<()> {
    let Some(folder) = of.parent().filter(|folder| !folder.as_os_str().is_empty()) else { return Ok(()) };
    fs::create_dir_all(folder).map_err(|error| {
        miette!(
            help = "name a folder that you may write to, or leave the output out",
            "the folder {} cannot be made: {error}",
            folder.display()
        )
    })
}

/// Writes `content` to `path` and makes the folders on the way.
pub(crate) fn write(path: &Path, content: &[u8]) -> miette::Result<()> {
    make_folder(path)?;
    fs::write(path, content).map_err(|error| unwritable(path, &error))
}

/// Writes the verdicts of all reports as one JUnit file.
pub(crate) fn write_junit(path: &Path, reports: &[Report]) -> miette::Result<()> {
    let xml = nanorig_report::junit(reports)
        .map_err(|error| miette!("the JUnit report cannot be made: {error}"))?;
    write(path, xml.as_bytes())
}

/// The report as JSON text.
pub(crate) fn json_text(value: &serde_json::Value) -> String {
    format!("{value:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_result_is_a_file_and_several_are_a_folder() {
        let out = Path::new("out/report.json");
        assert_eq!(place(out, "scenarios/tls/wrong-name.yaml", None, "json", 1), out);
        let folder = Path::new("out");
        let placed = place(folder, "scenarios/tls/wrong-name.yaml", None, "json", 2);
        assert_eq!(placed, Path::new("out/tls-wrong-name.json"));
        let placed = place(Path::new("out/"), "../quickstart.yaml", Some(7), "pcapng", 1);
        assert_eq!(placed, Path::new("out/quickstart-seed-7.pcapng"));
    }
}
