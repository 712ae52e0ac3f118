//! Looks for inputs that break what `fixtures/fuzz` says must hold.
//!
//! libFuzzer needs unstable flags of the compiler. `RUSTC_BOOTSTRAP` lets the stable one take them, so that no second
//! toolchain is asked for; `cargo +nightly xtask fuzz` uses another one all the same.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use cargo_metadata::MetadataCommand;

use crate::command;

/// The programs, a workspace of their own.
const PROGRAMS: &str = "fixtures/fuzz/targets";
/// Their package.
pub(crate) const MANIFEST: &str = "fixtures/fuzz/targets/Cargo.toml";
/// Inputs to begin with, a folder for each target.
const CORPUS: &str = "fixtures/fuzz/corpus";
const VERSION: &str = "0.13.2";
/// Longest input. The fronts' limits are larger, and are tested beside them.
const LONGEST_BYTES: usize = 4_096;
/// An input that takes longer is a finding.
const TIMEOUT_S: u32 = 10;
/// A target that holds more is a finding.
const MEMORY_MIB: u32 = 2_048;

/// Runs `target`, or each of them, for so many seconds.
pub(crate) fn run(target: Option<&str>, seconds: u32) -> anyhow::Result<()> {
    let known = targets()?;
    let chosen = choose(&known, target)?;
    let folder =
        MetadataCommand::new().no_deps().exec()?.target_directory.join("fuzzing").into_std_path_buf();
    let fuzzer = Fuzzer { program: installed(&folder.join("tools"))?, folder };
    for name in chosen {
        fuzzer.fuzz(name, seconds)?;
    }
    Ok(())
}

fn choose<'k>(known: &'k [String], wanted: Option<&str>) -> anyhow::Result<Vec<&'k str>> {
    let known = known.iter().map(String::as_str);
    let chosen: Vec<&str> =
        known.clone().filter(|name| wanted.is_none_or(|wanted| wanted == *name)).collect();
    match wanted {
        Some(wanted) if chosen.is_empty() => {
            let known: Vec<&str> = known.collect();
            bail!("there is no fuzz target `{wanted}`; known are {}", known.join(", "))
        }
        _ => Ok(chosen),
    }
}

fn targets() -> anyhow::Result<Vec<String>> {
    let entries = fs::read_dir(CORPUS).with_context(|| format!("{CORPUS} cannot be read"))?;
    let names: Result<Vec<String>, std::io::Error> =
        entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect();
    let mut names = names?;
    names.sort();
    ensure!(!names.is_empty(), "{CORPUS} is empty");
    Ok(names)
}

/// cargo-fuzz below the target folder, installed first where it is missing.
fn installed(tools: &Path) -> anyhow::Result<PathBuf> {
    let program = tools.join("bin").join(format!("cargo-fuzz{}", std::env::consts::EXE_SUFFIX));
    let stamp = tools.join(VERSION);
    if !(program.is_file() && stamp.is_file()) {
        let root = tools.to_string_lossy();
        let install = ["install", "cargo-fuzz", "--version", VERSION, "--locked", "--force", "--root", &root];
        command::run(&command::cargo(), &install, &[])?;
        fs::write(stamp, "")?;
    }
    Ok(program)
}

struct Fuzzer {
    program: PathBuf,
    /// Where it builds, and keeps what it learns.
    folder: PathBuf,
}

impl Fuzzer {
    fn fuzz(&self, name: &str, seconds: u32) -> anyhow::Result<()> {
        let (seeds, learnt) = (Path::new(CORPUS).join(name), self.folder.join("learnt").join(name));
        let findings = self.folder.join("findings").join(name);
        for folder in [&learnt, &findings] {
            fs::create_dir_all(folder)?;
        }
        let build = self.folder.join("build");
        // libFuzzer joins folder and name as they are.
        let limits = [
            format!("-max_total_time={seconds}"),
            format!("-max_len={LONGEST_BYTES}"),
            format!("-timeout={TIMEOUT_S}"),
            format!("-rss_limit_mb={MEMORY_MIB}"),
            format!("-artifact_prefix={}/", findings.display()),
            "-print_final_stats=1".to_owned(),
            "-verbosity=0".to_owned(),
        ];
        let [build, learnt, seeds] = [&build, &learnt, &seeds].map(|path| path.to_string_lossy());
        let mut arguments = vec!["fuzz", "run", "--fuzz-dir", PROGRAMS, "--target-dir", &build];
        arguments.extend([name, &learnt, &seeds, "--"]);
        arguments.extend(limits.iter().map(String::as_str));
        let program = self.program.to_string_lossy();
        command::run(&program, &arguments, &[("RUSTC_BOOTSTRAP", "1")]).with_context(|| {
            format!(
                "what was found is in {}; mend it, and keep the input in {CORPUS}/{name}",
                findings.display()
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_target_is_chosen_or_all_and_an_unknown_one_is_refused() {
        let known = ["dns".to_owned(), "ntp".to_owned()];
        assert_eq!(choose(&known, None).unwrap(), ["dns", "ntp"]);
        assert_eq!(choose(&known, Some("ntp")).unwrap(), ["ntp"]);
        let error = choose(&known, Some("dhcp")).unwrap_err().to_string();
        assert_eq!(error, "there is no fuzz target `dhcp`; known are dns, ntp");
    }
}
