//! The exit codes, outputs and selections that scripts rely on.

mod binary;

use std::fs;
use std::path::Path;

use binary::{files, nanorig, nanorig_in, root};
use serde_json::Value;
use tempfile::TempDir;

/// A device that boots: decided by one requirement, whatever else is checked always.
const BOOT: &str = "format: 1
name: Boot
tags: [small]
requirements: [DHCP-01]
steps:
  - device: boot
";

/// A folder with the given files.
fn folder(content: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in content {
        fs::write(folder.path().join(name), text).expect("it is written");
    }
    folder
}

fn read(folder: &TempDir, name: &str) -> String {
    fs::read_to_string(folder.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Verdicts of a report as `id verdict`.
fn verdicts(report: &Value) -> Vec<String> {
    let rows = report["verdicts"].as_array().expect("a list of verdicts");
    let word = |row: &Value, key: &str| row[key].as_str().expect("a word").to_owned();
    rows.iter().map(|row| format!("{} {}", word(row, "id"), word(row, "verdict"))).collect()
}

#[test]
fn a_run_in_which_everything_passes_exits_with_0() {
    let folder = folder(&[("boot.yaml", BOOT)]);
    let ended = nanorig_in(folder.path(), &["run", "boot.yaml"]).exits(0);
    assert!(ended.stdout.contains("DHCP-01"), "{}", ended.stdout);
    assert_eq!(ended.stderr, "", "progress is for terminals");
    // A path alone is run.
    nanorig_in(folder.path(), &["boot.yaml"]).exits(0);
}

#[test]
fn a_step_that_fails_exits_with_1_and_is_underlined() {
    let text = BOOT.replace(
        "boot\n",
        "boot\n  - expect: { device: status, client: hub, status: Connected }\n    within: 5s\n",
    );
    let folder = folder(&[("boot.yaml", &text)]);
    let ended = nanorig_in(folder.path(), &["run", "boot.yaml", "--seed", "7"]).exits(1);
    for part in ["boot.yaml:7:", "expect: { device: status", "run boot.yaml --seed 7"] {
        assert!(ended.stdout.contains(part), "{part} is missing in\n{}", ended.stdout);
    }
}

#[test]
fn a_verdict_that_fails_exits_with_1_and_names_the_requirement() {
    let file = "scenarios/tls/expired-leaf.yaml";
    nanorig(&["run", file]).exits(0);
    let ended = nanorig(&["run", file, "--quirk", "skips-date-check", "--json", "-"]);
    let report = ended.exits(1).json();
    assert_eq!(report["outcome"], "failed");
    assert!(verdicts(&report).contains(&"TLS-TIME-01 fail".to_owned()), "{report:#}");
}

#[test]
fn a_command_line_or_file_that_is_wrong_exits_with_2() {
    let folder = folder(&[("boot.yaml", BOOT), ("bad.yaml", "format: 1\nname: x\nsteps: [{device: bot}]\n")]);
    fs::write(folder.path().join("latin1.yaml"), b"format: 1\nname: K\xfche\n").expect("it is written");
    fs::create_dir(folder.path().join("empty")).expect("a folder is made");
    let wrong = |arguments: &[&str]| nanorig_in(folder.path(), arguments).exits(2);
    wrong(&["run", "bad.yaml"]).says("did you mean `boot`?").says("nothing was run");
    wrong(&["run", "boot.yaml", "bad.yaml"]).says("nothing was run");
    wrong(&["check", "bad.yaml"]).says("1 fault");
    wrong(&["run", "latin1.yaml"]).says("latin1.yaml is not UTF-8 text: byte 17 is invalid");
    wrong(&["run", "none.yaml"]).says("none.yaml does not exist").says("`nanorig run scenarios --list`");
    wrong(&["runn", "boot.yaml"]).says("runn does not exist").says("did you mean `nanorig run`?");
    wrong(&["run", "empty"]).says("there is no scenario in empty");
    wrong(&["run", "boot.yaml", "--quirk", "no-jiter"]).says("did you mean `--quirk no-jitter`?");
    wrong(&["run", "boot.yaml", "--profile", "esp32"]).says("there is no profile `esp32`");
    wrong(&["run", "boot.yaml", "--persona", "refrence"]).says("did you mean `--persona reference`?");
    wrong(&["run", "boot.yaml", "--dut", "serial:/dev/ttyUSB0"]).says("is not a device under test");
    wrong(&["run", "boot.yaml", "--filter", "nowhere"]).says("no scenario is left to run");
    wrong(&["run", "boot.yaml", "--repeat", "0"]).says("--repeat");
    wrong(&["run", "boot.yaml", "--sed", "4"]).says("--seed");
    wrong(&["run"]).says("scenarios/quickstart.yaml does not exist");
    wrong(&["explain", "BOOT-1"]).says("did you mean `nanorig explain BOOT-01`?");
    wrong(&["list", "quarks"]).says("quirks");
}

#[test]
fn what_cannot_be_decided_exits_with_3() {
    // Nothing in this run has to do with the hub's twin.
    let undecided = BOOT.replace("[DHCP-01]", "[TWIN-GET-01]");
    let claims_nothing =
        BOOT.replace("requirements", "device: { capabilities: [] }\nneeds: [recon]\nrequirements");
    let folder =
        folder(&[("boot.yaml", BOOT), ("undecided.yaml", &undecided), ("foreign.yaml", &claims_nothing)]);
    let ended = nanorig_in(folder.path(), &["run", "undecided.yaml"]).exits(3);
    assert!(ended.stdout.contains("inconclusive"), "{}", ended.stdout);
    // What does not apply is nobody's fault; what is undecided may be.
    nanorig_in(folder.path(), &["run", "foreign.yaml"]).exits(0);
    nanorig_in(folder.path(), &["run", "boot.yaml", "foreign.yaml"]).exits(0);
    nanorig_in(folder.path(), &["run", "boot.yaml", "undecided.yaml"]).exits(3);
}

#[test]
fn a_failure_outranks_what_cannot_be_decided() {
    let failing = BOOT.replace("boot\n", "boot\n    expect: { ip: 10.0.0.1 }\n");
    let undecided = BOOT.replace("[DHCP-01]", "[TWIN-GET-01]");
    let folder = folder(&[("a.yaml", &failing), ("b.yaml", &undecided)]);
    nanorig_in(folder.path(), &["run", "a.yaml", "b.yaml"]).exits(1);
}

#[test]
fn a_recorded_trace_is_judged_as_its_run_was() {
    let out = folder(&[]);
    let trace = out.path().join("trace.jsonl");
    let run = |extra: &[&str]| {
        let mut arguments = vec!["run", "scenarios/tls/expired-leaf.yaml", "--json", "-", "--trace"];
        let trace = trace.to_str().expect("UTF-8");
        arguments.push(trace);
        arguments.extend(extra);
        let ran = nanorig(&arguments);
        let judged = nanorig(&["judge", trace, "--json", "-"]);
        assert_eq!(ran.code, judged.code, "{}", judged.stderr);
        (ran.json(), judged.json())
    };
    for quirks in [&[][..], &["--quirk", "skips-date-check"]] {
        let (ran, judged) = run(quirks);
        for key in ["verdicts", "steps", "outcome", "seed", "virtual_ms", "budgets", "dut", "replay"] {
            assert_eq!(ran[key], judged[key], "{key} with {quirks:?}");
        }
        assert_eq!(judged["wall_ms"], Value::Null);
    }
}

#[test]
fn a_replay_command_runs_the_same_again() {
    let profile = fs::read_to_string(root().join("simulator/mcu/profiles/esp32-wroom.toml"));
    let profile = profile.expect("it is there").replace("esp32-wroom", "myboard");
    let folder = folder(&[("boot.yaml", BOOT), ("myboard.toml", &profile)]);
    let first = ["run", "boot.yaml", "--seed", "5", "--profile", "myboard.toml", "--json", "-"];
    let first = nanorig_in(folder.path(), &first).exits(0).json();
    let replay = first["replay"].as_str().expect("a command").to_owned();
    assert_eq!(replay, "nanorig run boot.yaml --seed 5 --profile myboard.toml");
    let mut again: Vec<&str> = replay.split(' ').skip(1).collect();
    again.extend(["--json", "-"]);
    let again = nanorig_in(folder.path(), &again).exits(0).json();
    for key in ["dut", "verdicts", "virtual_ms", "budgets", "replay"] {
        assert_eq!(first[key], again[key], "{key}");
    }
}

#[test]
fn a_file_gets_whole_texts() {
    let told = nanorig(&["run", "scenarios/quickstart.yaml"]).exits(0).stdout;
    assert!(!told.contains('…'), "{told}");
    assert!(told.lines().any(|line| line.chars().count() > 120), "{told}");
}

#[test]
fn a_trace_of_another_format_is_refused() {
    let out = folder(&[("boot.yaml", BOOT)]);
    nanorig_in(out.path(), &["run", "boot.yaml", "--trace", "trace.jsonl"]).exits(0);
    let text = read(&out, "trace.jsonl");
    let judge = |text: &str| {
        fs::write(out.path().join("other.jsonl"), text).expect("it is written");
        nanorig_in(out.path(), &["judge", "other.jsonl"]).exits(2)
    };
    assert!(text.starts_with("{\"format\":1,"), "{}", text.lines().next().unwrap_or_default());
    judge(&text.replacen("{\"format\":1,", "{\"format\":99,", 1))
        .says("trace format 99 cannot be read, this version reads format 1");
    judge("").says("the trace is empty");
    judge(&text.replacen("{\"t_us\":", "{\"t\":", 1)).says("line 2 of the trace is not a valid event");
    nanorig_in(out.path(), &["judge", "none.jsonl"]).exits(2).says("none.jsonl cannot be opened");
}

#[test]
fn json_on_stdout_is_alone_there() {
    let folder = folder(&[("a.yaml", BOOT), ("b.yaml", BOOT)]);
    let one = nanorig_in(folder.path(), &["run", "a.yaml", "--json", "-"]).exits(0).json();
    assert_eq!((&one["format"], &one["outcome"]), (&Value::from(1), &Value::from("passed")));
    for key in ["scenario", "seed", "dut", "clock", "virtual_ms", "wall_ms", "verdicts", "budgets", "replay"]
    {
        assert!(one.get(key).is_some(), "{key} is missing in {one:#}");
    }
    let row = &one["verdicts"][0];
    assert_eq!((&row["id"], &row["verdict"]), (&Value::from("DHCP-01"), &Value::from("pass")));
    for key in ["level", "clause", "summary", "evidence"] {
        assert!(row.get(key).is_some(), "{key} is missing in {row:#}");
    }
    let several = nanorig_in(folder.path(), &["run", ".", "--json", "-"]).exits(0).json();
    assert_eq!(several.as_array().map(Vec::len), Some(2));
    let repeated =
        nanorig_in(folder.path(), &["run", "a.yaml", "--repeat", "3", "--seed", "5", "--json", "-"]);
    let seeds: Vec<Value> =
        repeated.exits(0).json().as_array().expect("a list").iter().map(|r| r["seed"].clone()).collect();
    assert_eq!(seeds, [5, 6, 7]);
}

#[test]
fn scenarios_are_selected_by_text_and_tag_and_listed_without_running() {
    let other = BOOT.replace("name: Boot", "name: Another start").replace("[small]", "[large]");
    let folder = folder(&[("boot.yaml", BOOT), ("other.yaml", &other)]);
    let listed = |extra: &[&str]| {
        let mut arguments = vec!["run", ".", "--list"];
        arguments.extend(extra);
        nanorig_in(folder.path(), &arguments).exits(0).stdout
    };
    let (boot, other) = ("./boot.yaml: Boot (1 step)\n", "./other.yaml: Another start (1 step)\n");
    assert_eq!(listed(&[]), format!("{boot}{other}"));
    assert_eq!(listed(&["--tag", "small"]), boot);
    assert_eq!(listed(&["--filter", "Another"]), other, "by name");
    assert_eq!(listed(&["--filter", "boot.y"]), boot, "by path");
    assert_eq!(listed(&["--filter", "Another", "--tag", "small"]), "");
    let ran = nanorig_in(folder.path(), &["run", ".", "--tag", "large", "--json", "-"]).exits(0).json();
    assert_eq!(ran["scenario"], "Another start");
}

#[test]
fn one_result_goes_to_a_file_and_several_to_a_folder() {
    let out = folder(&[("boot.yaml", BOOT), ("again.yaml", BOOT)]);
    let run = |arguments: &[&str]| nanorig_in(out.path(), arguments).exits(0);
    run(&["run", "boot.yaml", "--json", "new/report.json", "--trace", "t.jsonl", "--pcap", "p.pcapng"]);
    let report: Value = serde_json::from_str(&read(&out, "new/report.json")).expect("JSON");
    assert_eq!(report["scenario"], "Boot");
    assert!(read(&out, "t.jsonl").lines().count() > 10);
    let capture = fs::read(out.path().join("p.pcapng")).expect("it was written");
    assert_eq!(capture[..4], [0x0a, 0x0d, 0x0d, 0x0a], "the section header block of pcapng");
    run(&["run", ".", "--json", "many", "--pcap", "many", "--trace", "many"]);
    run(&["run", "boot.yaml", "--repeat", "2", "--seed", "8", "--trace", "seeds"]);
    let names = |folder: &str| -> Vec<String> {
        let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
        let mut all = Vec::new();
        for extension in ["json", "jsonl", "pcapng"] {
            all.extend(files(&out.path().join(folder), extension).iter().filter_map(|path| name(path)));
        }
        all
    };
    let many = ["again.json", "boot.json", "again.jsonl", "boot.jsonl", "again.pcapng", "boot.pcapng"];
    assert_eq!(names("many"), many);
    assert_eq!(names("seeds"), ["boot-seed-8.jsonl", "boot-seed-9.jsonl"]);
}

#[test]
fn junit_has_a_suite_for_each_scenario_and_a_case_for_each_requirement() {
    let failing = BOOT.replace("boot\n", "boot\n    expect: { ip: 10.0.0.1 }\n");
    let undecided = BOOT.replace("[DHCP-01]", "[TWIN-GET-01]");
    let out = folder(&[("a.yaml", &failing), ("b.yaml", &undecided), ("c.yaml", BOOT)]);
    nanorig_in(out.path(), &["run", ".", "--junit", "junit.xml"]).exits(1);
    let xml = read(&out, "junit.xml");
    let suites: Vec<&str> = xml.split("<testsuite ").skip(1).collect();
    assert_eq!(suites.len(), 3, "{xml}");
    let (failed, undecided, passed) = (suites[0], suites[1], suites[2]);
    assert!(failed.contains("a.yaml (seed 1)") && failed.contains("<failure"), "{failed}");
    assert!(failed.contains("a.yaml:7:"), "the failure names its line: {failed}");
    assert!(undecided.contains("name=\"TWIN-GET-01\"") && undecided.contains("<error"), "{undecided}");
    assert!(passed.contains("name=\"DHCP-01\"") && passed.contains("name=\"steps\""), "{passed}");
    assert!(!passed.contains("<error") && !passed.contains("<failure"), "{passed}");
}
