//! The same seed gives the same bytes in two processes, and another seed gives others.
//!
//! Scenarios tagged `long` are left to `cargo xtask determinism`, which runs everything in a release build.

mod binary;

use std::fs;
use std::path::Path;

use binary::{files, nanorig, root};

/// Runs all scenarios but the long ones and leaves their traces and captures in `out`.
fn evidence(scenarios: &[String], seed: &str, out: &Path) {
    let (trace, pcap) = (out.join("trace/"), out.join("pcap/"));
    let mut arguments: Vec<String> = vec!["run".into()];
    arguments.extend(scenarios.iter().cloned());
    arguments.extend(["--seed".into(), seed.into(), "--json".into(), "-".into()]);
    arguments.extend(["--trace".into(), trace.display().to_string()]);
    arguments.extend(["--pcap".into(), pcap.display().to_string()]);
    let ended = nanorig(&arguments);
    // With a seed that it was not written for a scenario may fail; its evidence must still be the same.
    assert!(matches!(ended.code, 0 | 1 | 3), "{}", ended.stderr);
}

/// Paths of the scenarios that are not tagged `long`.
fn short_scenarios() -> Vec<String> {
    let listed = |extra: &[&str]| -> Vec<String> {
        let mut arguments = vec!["run", "scenarios", "--list"];
        arguments.extend(extra);
        let lines = nanorig(&arguments).exits(0).stdout;
        lines.lines().filter_map(|line| Some(line.split_once(": ")?.0.to_owned())).collect()
    };
    let long = listed(&["--tag", "long"]);
    listed(&[]).into_iter().filter(|path| !long.contains(path)).collect()
}

#[test]
fn traces_and_captures_follow_from_the_seed() {
    let scenarios = short_scenarios();
    let all = files(&root().join("scenarios"), "yaml").len();
    assert!(scenarios.len() > all / 2, "{} of {all} scenarios are short", scenarios.len());
    let out = tempfile::tempdir().expect("a folder");
    let folder = |name: &str| out.path().join(name);
    for (name, seed) in [("first", "11"), ("second", "11"), ("other", "12")] {
        evidence(&scenarios, seed, &folder(name));
    }
    let first: Vec<_> = ["jsonl", "pcapng"].iter().flat_map(|kind| files(&folder("first"), kind)).collect();
    assert_eq!(first.len(), 2 * scenarios.len(), "a trace and a capture of each");
    for path in first {
        let name = path.strip_prefix(folder("first")).expect("it is below");
        let read = |run: &str| fs::read(folder(run).join(name)).expect("each run leaves the same files");
        let (one, two, other) = (fs::read(&path).expect("it was listed"), read("second"), read("other"));
        let differs_at = one.iter().zip(&two).position(|(a, b)| a != b);
        assert!(one == two, "{}: two processes with seed 11 differ at byte {differs_at:?}", name.display());
        assert!(one != other, "{}: seed 12 gives the bytes of seed 11", name.display());
    }
}
