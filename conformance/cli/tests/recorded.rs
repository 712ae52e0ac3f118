//! Traces that were recorded before are judged still: `fixtures/traces/*.jsonl`, each with its verdicts beside it.
//!
//! The traces are of format 1, as its first version wrote them, and stay as they are: events have gained fields since,
//! and a reader must do without. `BLESS=1 cargo test -p nanorig --test recorded` writes the verdicts anew; read the
//! difference before you commit it, as each is a trace of somebody's that is judged otherwise from now on.

#[expect(dead_code, reason = "this file needs a part of it")]
mod binary;

use std::fmt::Write as _;
use std::fs;

use binary::{files, nanorig, root};

#[test]
fn each_recorded_trace_has_the_verdicts_beside_it() {
    let bless = std::env::var_os("BLESS").is_some_and(|value| value == "1");
    let folder = root().join("fixtures/traces");
    let traces = files(&folder, "jsonl");
    assert!(!traces.is_empty(), "there are recorded traces");
    for trace in traces {
        let text = fs::read_to_string(&trace).expect("it can be read");
        assert!(text.starts_with(r#"{"format":1,"#), "{}: of format 1", trace.display());
        let ended = nanorig(&["judge", &trace.to_string_lossy(), "--json", "-"]);
        let report = ended.json();
        let mut verdicts = format!("{}\n", report["outcome"].as_str().expect("an outcome"));
        for row in report["verdicts"].as_array().expect("a list of verdicts") {
            let word = |key: &str| row[key].as_str().expect("a word");
            writeln!(verdicts, "{} {}", word("id"), word("verdict")).expect("a text takes everything");
        }
        let golden = trace.with_extension("verdicts");
        if bless {
            fs::write(&golden, &verdicts).expect("the golden can be written");
        }
        let expected = fs::read_to_string(&golden).unwrap_or_default();
        assert_eq!(verdicts, expected, "{}", trace.display());
    }
}
