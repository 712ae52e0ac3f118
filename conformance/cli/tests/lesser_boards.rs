//! What the scenarios of the tree make of a board that can do little.

#[expect(dead_code, reason = "this file needs a part of it")]
mod binary;

use binary::nanorig;

#[test]
fn no_scenario_fails_for_want_of_a_capability() {
    // A board without TLS has no cloud: what is about the cloud does not apply to it, and must say so with `needs`.
    let told = nanorig(&["run", "scenarios", "--profile", "stm32l475"]).exits(0).stdout;
    assert!(told.contains("not-applicable") && !told.contains("left out line"), "{told}");
}
