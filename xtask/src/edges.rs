//! Which of our crates may depend on which.
//!
//! The table is the law of `ARCHITECTURE.md`; a normal or build dependency that is not in it fails
//! the lint, and so does an entry that nothing needs. Development dependencies are free, as tests may look at both
//! ends of a wire.

use std::collections::BTreeSet;

use anyhow::bail;
use cargo_metadata::{DependencyKind, MetadataCommand, Package};

/// Crate, and the crates of this workspace that it may use.
const ALLOWED: &[(&str, &[&str])] = &[
    ("nanorig-certs", &[]),
    ("nanorig-wire", &[]),
    ("nanorig-trace", &[]),
    ("nanorig-world", &["nanorig-wire", "nanorig-trace"]),
    ("nanorig-mcu", &["nanorig-certs", "nanorig-wire", "nanorig-trace", "nanorig-world"]),
    ("nanorig-cloud", &["nanorig-certs", "nanorig-wire", "nanorig-trace", "nanorig-world"]),
    ("nanorig-peers", &[]),
    ("nanorig-serve", &["nanorig-certs", "nanorig-cloud", "nanorig-trace", "nanorig-wire", "nanorig-world"]),
    ("nanorig-fuzz", &["nanorig-cloud", "nanorig-serve", "nanorig-trace", "nanorig-wire", "nanorig-world"]),
    ("nanorig-dut", &["nanorig-trace"]),
    ("nanorig-scenario", &["nanorig-dut", "nanorig-trace"]),
    ("nanorig-runner", &["nanorig-dut", "nanorig-scenario", "nanorig-trace"]),
    ("nanorig-checks", &["nanorig-trace", "nanorig-wire"]),
    ("nanorig-report", &["nanorig-checks", "nanorig-trace"]),
    (
        "nanorig-rig",
        &[
            "nanorig-certs",
            "nanorig-cloud",
            "nanorig-dut",
            "nanorig-mcu",
            "nanorig-runner",
            "nanorig-scenario",
            "nanorig-trace",
            "nanorig-wire",
            "nanorig-world",
        ],
    ),
    (
        "nanorig",
        &[
            "nanorig-checks",
            "nanorig-dut",
            "nanorig-report",
            "nanorig-rig",
            "nanorig-runner",
            "nanorig-scenario",
            "nanorig-serve",
            "nanorig-trace",
        ],
    ),
    (
        "xtask",
        &[
            "nanorig-certs",
            "nanorig-checks",
            "nanorig-cloud",
            "nanorig-dut",
            "nanorig-mcu",
            "nanorig-peers",
            "nanorig-rig",
            "nanorig-runner",
            "nanorig-scenario",
            "nanorig-trace",
        ],
    ),
];

/// Compares the workspace with the table.
pub(crate) fn check() -> anyhow::Result<()> {
    let metadata = MetadataCommand::new().no_deps().exec()?;
    let packages: Vec<(&str, BTreeSet<&str>)> = metadata.workspace_packages().into_iter().map(uses).collect();
    let wrong = differences(&packages, ALLOWED);
    if !wrong.is_empty() {
        bail!("dependency directions:\n  {}", wrong.join("\n  "));
    }
    eprintln!("dependency directions: {} crates as ARCHITECTURE.md says", ALLOWED.len());
    Ok(())
}

/// A crate, and which of ours end up in it or run when it is built.
fn uses(package: &Package) -> (&str, BTreeSet<&str>) {
    let ours = package.dependencies.iter().filter(|dependency| {
        dependency.path.is_some() && matches!(dependency.kind, DependencyKind::Normal | DependencyKind::Build)
    });
    (package.name.as_str(), ours.map(|dependency| dependency.name.as_str()).collect())
}

/// What the table forbids, and what it allows without need: a door that nobody uses is open for anybody.
fn differences(packages: &[(&str, BTreeSet<&str>)], table: &[(&str, &[&str])]) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, used) in packages {
        let Some((_, allowed)) = table.iter().find(|(row, _)| row == name) else {
            wrong.push(format!("{name} is not in the table of xtask/src/edges.rs"));
            continue;
        };
        let forbidden = used.iter().filter(|other| !allowed.contains(other));
        wrong.extend(forbidden.map(|other| format!("{name} must not depend on {other}")));
        let unused = allowed.iter().filter(|other| !used.contains(*other));
        wrong.extend(unused.map(|other| format!("{name} may depend on {other}, but does not")));
    }
    let gone = table.iter().filter(|(row, _)| !packages.iter().any(|(name, _)| name == row));
    wrong.extend(gone.map(|(row, _)| format!("{row} stands in the table, but is no crate")));
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_is_as_the_table_says() {
        check().unwrap();
    }

    #[test]
    fn each_difference_is_told() {
        let table: &[(&str, &[&str])] = &[("a", &["b", "c"]), ("b", &[]), ("gone", &[])];
        let packages = [("a", BTreeSet::from(["b", "d"])), ("b", BTreeSet::new()), ("new", BTreeSet::new())];
        let wrong = differences(&packages, table);
        assert_eq!(
            wrong,
            [
                "a must not depend on d",
                "a may depend on c, but does not",
                "new is not in the table of xtask/src/edges.rs",
                "gone stands in the table, but is no crate",
            ]
        );
    }
}
