//! What authors of faulty scenarios are told: each `broken/*.yaml` has its `*.stderr` beside it.
//!
//! `BLESS=1 cargo test -p nanorig --test broken_scenarios` writes those files anew; read the difference
//! before you commit it, as somebody will have to learn from these texts.

#[expect(dead_code, reason = "this file needs a part of it")]
mod binary;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use binary::{files, nanorig_in};

#[test]
fn each_broken_scenario_is_refused_with_the_words_beside_it() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let bless = std::env::var_os("BLESS").is_some_and(|value| value == "1");
    let scenarios = files(&tests.join("broken"), "yaml");
    assert!(scenarios.len() >= 10, "only {} broken scenarios", scenarios.len());
    let mut wrong = String::new();
    for scenario in scenarios {
        let name = scenario.strip_prefix(&tests).expect("it is below").to_string_lossy().replace('\\', "/");
        let told = nanorig_in(&tests, &["check", &name]).exits(2);
        assert_eq!(told.stdout, "", "{name}: stdout is for what is right");
        let golden = scenario.with_extension("stderr");
        if bless {
            fs::write(&golden, &told.stderr).expect("the golden can be written");
            continue;
        }
        let expected = fs::read_to_string(&golden).unwrap_or_default();
        if told.stderr != expected {
            writeln!(wrong, "{name} expected:\n{expected}\n{name} told:\n{}\n", told.stderr)
                .expect("a text takes everything");
        }
    }
    assert!(wrong.is_empty(), "{wrong}\nif the new words are better, run this test with BLESS=1");
}

#[test]
fn a_folder_is_checked_as_a_whole_and_its_good_files_are_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let good = "format: 1\nname: Good\nsteps:\n  - device: boot\n";
    fs::write(folder.path().join("good.yaml"), good).expect("it is written");
    fs::write(folder.path().join("bad.yaml"), good.replace("boot", "bot")).expect("it is written");
    let told =
        nanorig_in(folder.path(), &["check", "."]).exits(2).says("did you mean `boot`?").says("1 fault");
    assert_eq!(told.stdout, "./good.yaml: Good (1 step)\n");
}
