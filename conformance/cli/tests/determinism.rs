//! The same seed gives the same bytes in two processes, and another seed gives others.
//!
//! Scenarios tagged `long` are left to `cargo xtask determinism`, which runs everything in a release build.

#[expect(dead_code, reason = "this file needs a part of it")]
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
    let traces = files(&folder("first"), "jsonl");
    assert_eq!(traces.len(), scenarios.len(), "a trace of each");
    let mut online = 0;
    for trace in traces {
        let name = trace.file_stem().expect("it has a name").to_string_lossy().into_owned();
        let read = |run: &str| {
            let path = |kind: &str, ending: &str| folder(run).join(kind).join(format!("{name}.{ending}"));
            let trace = fs::read_to_string(path("trace", "jsonl")).expect("each run leaves a trace");
            let capture = fs::read(path("pcap", "pcapng")).expect("each run leaves a capture");
            // The header names the seed, which would make any two traces differ.
            let (header, records) = trace.split_once('\n').expect("a trace has a header");
            (header.to_owned(), records.to_owned(), capture)
        };
        let (first, second, other) = (read("first"), read("second"), read("other"));
        assert_eq!(first.0, second.0, "{name}");
        assert_same(first.1.as_bytes(), second.1.as_bytes(), &format!("traces of {name}"));
        assert_same(&first.2, &second.2, &format!("captures of {name}"));
        // A device that never gets an address draws nothing that others see.
        if first.1.contains("\"event\":\"address\"") {
            online += 1;
            assert!(first.1 != other.1, "{name}: seed 12 gives the trace of seed 11");
            assert!(first.2 != other.2, "{name}: seed 12 gives the capture of seed 11");
        }
    }
    assert!(online > scenarios.len() / 2, "only {online} scenarios were online");
}

/// Fails the test with the place of the first difference instead of both contents.
#[track_caller]
fn assert_same(first: &[u8], second: &[u8], what: &str) {
    let differ_at = first.iter().zip(second).position(|(a, b)| a != b);
    let same = first.len() == second.len() && differ_at.is_none();
    assert!(same, "{what} of two processes with one seed differ at byte {differ_at:?}");
}
