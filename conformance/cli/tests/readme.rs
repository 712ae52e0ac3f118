//! What README.md tells a newcomer to type.

#[expect(dead_code, reason = "this file needs a part of it")]
mod binary;

use std::fs;

use binary::{nanorig_in, root};

#[test]
fn the_first_scenario_passes_and_its_quirk_fails_it() {
    let page = fs::read_to_string(root().join("README.md")).expect("the page is there");
    let (_, rest) = page.split_once("```yaml\nformat: 1").expect("the page has a scenario");
    let (scenario, _) = rest.split_once("```").expect("the block ends");
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("first.yaml"), format!("format: 1{scenario}")).expect("it is written");
    nanorig_in(folder.path(), &["check", "first.yaml"]).exits(0);
    nanorig_in(folder.path(), &["run", "first.yaml"]).exits(0);
    nanorig_in(folder.path(), &["run", "first.yaml", "--quirk", "ignores-missing-pingresp"]).exits(1);
}
