//! The scenarios that come with nanorig: each is well written, and the reference device passes it.

#[expect(dead_code, reason = "this file needs a part of it")]
mod binary;

use binary::{files, nanorig, root};
use serde_json::Value;

#[test]
fn every_scenario_is_well_written() {
    let told = nanorig(&["check", "scenarios"]).exits(0);
    let count = files(&root().join("scenarios"), "yaml").len();
    assert!(told.stdout.ends_with(&format!("{count} scenarios, no faults\n")), "{}", told.stdout);
}

#[test]
fn the_reference_device_passes_every_scenario() {
    let ended = nanorig(&["run", "scenarios", "--json", "-"]);
    let reports = ended.json();
    let wrong: Vec<String> = reports
        .as_array()
        .expect("a list")
        .iter()
        .filter(|report| report["outcome"] != "passed")
        .map(told)
        .collect();
    assert!(wrong.is_empty(), "{} scenarios do not pass:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(ended.code, 0, "{}", ended.stderr);
}

/// What a report's steps and verdicts say besides `pass`.
fn told(report: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut told = format!("{}: {}", text(&report["file"]), text(&report["outcome"]));
    for step in report["steps"]["findings"].as_array().into_iter().flatten() {
        told.push_str(&format!("\n    line {}: {}", step["line"], text(&step["message"])));
    }
    for row in report["verdicts"].as_array().into_iter().flatten() {
        if !matches!(row["verdict"].as_str(), Some("pass" | "pass-with-warning" | "not-applicable")) {
            let (id, verdict, summary) = (text(&row["id"]), text(&row["verdict"]), text(&row["summary"]));
            told.push_str(&format!("\n    {id} {verdict}: {summary}"));
        }
    }
    told
}
