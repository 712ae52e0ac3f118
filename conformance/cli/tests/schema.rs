//! The schema that editors complete with: it takes every scenario of the tree, and refuses the broken ones as far as
//! a schema can.

#[expect(dead_code, reason = "this file needs a part of it")]
mod binary;
#[path = "schema/yaml.rs"]
mod yaml;

use std::fs;
use std::path::Path;

use binary::{files, nanorig, root};
use jsonschema::Validator;

/// Broken scenarios that the schema takes, each with what it cannot see.
const UNSEEN: &[(&str, &str)] = &[
    ("anchors", "anchors are gone before a schema sees a value"),
    ("duplicate-key", "so is all but one of two equal keys"),
    ("format-last", "so is the order of keys"),
    ("hubs", "the names of hubs stand in another place than their uses"),
    ("no-such-server", "how many servers there are stands in another place than their numbers"),
    ("no-time", "that 0 s is no time, and how long a number may be, no pattern says"),
    ("secondary-key", "what one key rules out stands at another one"),
    ("provisioning", "whether there is a DPS stands in another place than its uses"),
];

fn schema() -> Validator {
    let schema = nanorig(&["schema"]).exits(0).json();
    jsonschema::draft202012::new(&schema).expect("it is a schema")
}

#[test]
fn every_scenario_is_as_the_schema_says() {
    let schema = schema();
    let scenarios = files(&root().join("scenarios"), "yaml");
    assert!(scenarios.len() >= 70, "only {} scenarios", scenarios.len());
    for path in scenarios {
        let text = fs::read_to_string(&path).expect("it can be read");
        let value = yaml::value(&text).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()));
        if let Err(fault) = schema.validate(&value) {
            panic!("{}: {fault} at {}", path.display(), fault.instance_path());
        }
    }
}

#[test]
fn broken_scenarios_are_refused_but_for_what_no_schema_sees() {
    let schema = schema();
    let broken = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/broken");
    for path in files(&broken, "yaml") {
        let name = path.file_stem().expect("it has a name").to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).expect("it can be read");
        // What is no YAML at all never gets as far as the schema.
        let taken = yaml::value(&text).is_ok_and(|value| schema.is_valid(&value));
        let unseen = UNSEEN.iter().any(|(own, _)| *own == name);
        assert_eq!(taken, unseen, "{name}: taken by the schema");
    }
}
