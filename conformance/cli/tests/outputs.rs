//! Where the report goes when its reader is gone, its file cannot be written, or nothing applies.

#[expect(dead_code, reason = "this file needs a part of it")]
mod binary;

use std::fs;
use std::process::{Command, Stdio};

use binary::{nanorig_in, root};
use tempfile::TempDir;

/// A device that boots.
const BOOT: &str = "format: 1\nname: Boot\nrequirements: [DHCP-01]\nsteps:\n  - device: boot\n";

/// A folder with this scenario.
fn folder(text: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("boot.yaml"), text).expect("it is written");
    folder
}

/// The exit code, and what stderr says, of a command that nobody listens to.
fn unheard(arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nanorig"));
    command.args(arguments).current_dir(root()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the binary starts");
    drop(child.stdout.take());
    let ended = child.wait_with_output().expect("it ends");
    (ended.status.code(), String::from_utf8_lossy(&ended.stderr).into_owned())
}

#[test]
fn a_reader_that_goes_away_changes_no_exit_code() {
    for arguments in [
        &["list", "requirements"][..],
        &["list", "events"],
        &["schema"],
        &["explain", "BOOT-01"],
        &["check", "scenarios/tls"],
        &["run", "scenarios/tls", "--list"],
        &["run", "scenarios/quickstart.yaml"],
        &["run", "scenarios/quickstart.yaml", "--json", "-"],
    ] {
        assert_eq!(unheard(arguments), (Some(0), String::new()), "{arguments:?}");
    }
    let (code, _) = unheard(&["run", "scenarios/tls/expired-leaf.yaml", "--quirk", "skips-date-check"]);
    assert_eq!(code, Some(1));
}

#[test]
fn outputs_that_cannot_be_written_are_refused_before_the_run() {
    let folder = folder(BOOT);
    fs::write(folder.path().join("file"), "").expect("it is written");
    let wrong = |arguments: &[&str]| {
        let told = nanorig_in(folder.path(), &[&["run", "boot.yaml"], arguments].concat()).exits(2);
        assert_eq!(told.stdout, "", "nothing was run");
        told
    };
    wrong(&["--trace", "file/t.jsonl"]).says("the folder file cannot be made");
    wrong(&["--json", "out", "--trace", "out"]).says("two outputs would be written to out");
    wrong(&["--json", "out", "--trace", "./out"]).says("two outputs would be written to");
    wrong(&["--json", "./boot.yaml"]).says("an output would take its place");
    wrong(&["--repeat", "2", "--json", "file"]).says("cannot be");
    wrong(&["--trace", "-"]).says("only the JSON report can be written to stdout");
    wrong(&["--repeat", "2", "--pcap", "-"]).says("only the JSON report can be written to stdout");
    assert!(!folder.path().join("-").exists());
    nanorig_in(folder.path(), &["run", "boot.yaml", "--json", "new/r.json", "--trace", "file/t"]).exits(2);
    assert!(!folder.path().join("new/r.json").exists(), "a probe leaves nothing behind");
}

#[cfg(unix)]
#[test]
fn a_link_and_what_it_leads_to_are_one_output() {
    let folder = folder(BOOT);
    fs::write(folder.path().join("out"), "").expect("it is written");
    std::os::unix::fs::symlink("out", folder.path().join("link")).expect("it is linked");
    nanorig_in(folder.path(), &["run", "boot.yaml", "--json", "out", "--trace", "link"])
        .exits(2)
        .says("two outputs would be written to link");
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_without_an_end_is_not_read_to_it() {
    let folder = folder(BOOT);
    nanorig_in(folder.path(), &["run", "boot.yaml", "--profile", "/dev/zero"]).exits(2).says("is too long");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_does_not_take_the_verdicts_along() {
    let folder = folder(BOOT);
    for output in ["--trace", "--json", "--junit", "--pcap"] {
        let told = nanorig_in(folder.path(), &["run", "boot.yaml", output, "/dev/full"]).exits(2);
        assert!(told.stdout.contains("passed: "), "{output}: {}", told.stdout);
        told.says("/dev/full cannot be written: No space left").says("that has room");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn what_is_no_file_is_told_from_what_is_not_there() {
    let folder = folder(BOOT);
    std::os::unix::fs::symlink("loop.yaml", folder.path().join("loop.yaml")).expect("a link is made");
    let wrong = |arguments: &[&str]| nanorig_in(folder.path(), arguments).exits(2);
    wrong(&["run", "/dev/null"]).says("/dev/null is neither a file nor a folder");
    wrong(&["run", "loop.yaml"]).says("loop.yaml cannot be read: Too many levels of symbolic links");
    wrong(&["judge", "/dev/zero"]).says("line 1 has more than").says("`nanorig run SCENARIO --trace FILE`");
}

#[test]
fn a_trace_that_was_cut_is_told_from_a_whole_one() {
    let folder = folder(BOOT);
    let run = nanorig_in(folder.path(), &["run", "boot.yaml", "--trace", "t.jsonl"]).exits(0);
    assert_eq!(run.stderr, "");
    assert_eq!(nanorig_in(folder.path(), &["judge", "t.jsonl"]).exits(0).stderr, "");
    let text = fs::read_to_string(folder.path().join("t.jsonl")).expect("it was written");
    let (unmarked, _) = text.trim_end().rsplit_once('\n').expect("several lines");
    fs::write(folder.path().join("cut.jsonl"), format!("{unmarked}\n")).expect("it is written");
    nanorig_in(folder.path(), &["judge", "cut.jsonl"]).exits(0).says("warning: cut.jsonl has no end mark");
    fs::write(folder.path().join("cut.jsonl"), &unmarked[..unmarked.len() - 5]).expect("it is written");
    nanorig_in(folder.path(), &["judge", "cut.jsonl"]).exits(2).says("the trace is cut off in line");
}

#[test]
fn a_need_that_is_not_met_is_named_and_rules_everything_out() {
    let folder = folder(&BOOT.replace("requirements", "needs: [amqp]\nrequirements"));
    let ran = nanorig_in(folder.path(), &["run", "boot.yaml", "--trace", "t.jsonl"]).exits(0);
    let judged = nanorig_in(folder.path(), &["judge", "t.jsonl"]).exits(0);
    for told in [ran.stdout, judged.stdout] {
        for part in [
            "left out all of it: the device does not claim `amqp`",
            "n/a DHCP-01",
            "not-applicable: 1 not applicable;",
        ] {
            assert!(told.contains(part), "{part} is missing in\n{told}");
        }
    }
}

#[test]
fn a_step_that_is_left_out_makes_the_run_not_applicable() {
    let text = BOOT.replace("name: Boot\n", "name: Boot\ndevice: { profile: stm32l475 }\n")
        + "  - device: hub.open\n";
    let folder = folder(&text);
    let told = nanorig_in(folder.path(), &["run", "boot.yaml"]).exits(0).stdout;
    for part in
        ["left out line 7: the device does not claim", "not-applicable: ", "1 step passed, 1 step left out"]
    {
        assert!(told.contains(part), "{part} is missing in\n{told}");
    }
}

#[test]
fn a_failure_ends_with_the_command_that_shows_it_again() {
    let folder = folder("");
    let text = BOOT.replace("boot\n", "boot\n    expect: { ip: 10.0.0.1 }\n  - wait: 1s\n");
    fs::write(folder.path().join("my scen'ario.yaml"), text).expect("it is written");
    let told =
        nanorig_in(folder.path(), &["run", "my scen'ario.yaml", "--quirk", "no-sni", "--quirk", "no-sni"])
            .exits(1)
            .stdout;
    let command = r"nanorig run 'my scen'\''ario.yaml' --seed 1 --profile esp32-wroom --quirk no-sni";
    assert!(told.lines().any(|line| line == command), "{told}");
    assert!(told.contains("0 steps passed, 1 step failed, 1 step never began"), "{told}");
}

#[test]
fn names_of_scenarios_give_a_terminal_no_orders() {
    let folder = folder(&BOOT.replace("name: Boot", r#"name: "a\e[2Jb\u0007""#));
    for arguments in
        [&["run", "boot.yaml"][..], &["run", ".", "--repeat", "2"], &["check", "."], &["run", ".", "--list"]]
    {
        let told = nanorig_in(folder.path(), arguments).exits(0).stdout;
        assert!(told.contains(r"a\u{1b}[2Jb\u{7}") && !told.contains(['\u{1b}', '\u{7}']), "{told:?}");
    }
}

#[test]
fn runs_of_one_scenario_are_told_apart_by_their_seeds() {
    let folder = folder(BOOT);
    let told =
        nanorig_in(folder.path(), &["run", "boot.yaml", "--repeat", "2", "--seed", "8"]).exits(0).stdout;
    assert!(told.contains("Boot (seed 8)") && told.contains("Boot (seed 9)"), "{told}");
}

#[test]
fn quirks_are_listed_below_families_with_what_they_fail() {
    let folder = folder("");
    let told = nanorig_in(folder.path(), &["list", "quirks"]).exits(0).stdout;
    let families: Vec<&str> =
        told.lines().filter(|line| !line.starts_with(' ') && !line.is_empty()).collect();
    assert!(families.is_sorted() && families.contains(&"DNS") && families.contains(&"MQTT"), "{families:?}");
    assert!(told.contains("  no-cname: does not follow CNAME records\n      fails DNS-02\n"), "{told}");
}
