//! Where reports, traces and captures go.

use std::fs;
use std::path::{Path, PathBuf};

use miette::{Context, IntoDiagnostic};
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

/// Writes `content` to `path` and makes the folders on the way.
pub(crate) fn write(path: &Path, content: &[u8]) -> miette::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder)
            .into_diagnostic()
            .wrap_err_with(|| format!("the folder {} cannot be made", folder.display()))?;
    }
    fs::write(path, content)
        .into_diagnostic()
        .wrap_err_with(|| format!("{} cannot be written", path.display()))
}

/// Writes the verdicts of all reports as one JUnit file.
pub(crate) fn write_junit(path: &Path, reports: &[Report]) -> miette::Result<()> {
    let xml = nanorig_report::junit(reports)
        .map_err(|error| miette::miette!("the JUnit report cannot be made: {error}"))?;
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
