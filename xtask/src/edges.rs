//! Which of our crates may depend on which.
//!
//! The table is the law of `ARCHITECTURE.md`; a normal dependency that is not in it fails
//! the lint. Development dependencies are free, as tests may look at both ends of a wire.

use anyhow::bail;
use cargo_metadata::{DependencyKind, MetadataCommand};

/// Crate, and the crates of this workspace that it may use.
const ALLOWED: &[(&str, &[&str])] = &[
    ("nanorig-certs", &[]),
    ("nanorig-wire", &[]),
    ("nanorig-trace", &[]),
    ("nanorig-world", &["nanorig-wire", "nanorig-trace"]),
    ("nanorig-mcu", &["nanorig-certs", "nanorig-wire", "nanorig-trace", "nanorig-world"]),
    ("nanorig-cloud", &["nanorig-certs", "nanorig-wire", "nanorig-trace", "nanorig-world"]),
    ("nanorig-peers", &["nanorig-certs", "nanorig-wire", "nanorig-trace", "nanorig-world"]),
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
            "nanorig-trace",
        ],
    ),
    (
        "xtask",
        &[
            "nanorig-checks",
            "nanorig-cloud",
            "nanorig-dut",
            "nanorig-mcu",
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
    let mut wrong = Vec::new();
    for package in metadata.workspace_packages() {
        let Some((_, allowed)) = ALLOWED.iter().find(|(name, _)| *name == package.name.as_str()) else {
            wrong.push(format!("{} is not in the table of xtask/src/edges.rs", package.name));
            continue;
        };
        let ours = package
            .dependencies
            .iter()
            .filter(|dependency| dependency.path.is_some() && dependency.kind == DependencyKind::Normal);
        for dependency in ours.filter(|dependency| !allowed.contains(&dependency.name.as_str())) {
            wrong.push(format!("{} must not depend on {}", package.name, dependency.name));
        }
    }
    if !wrong.is_empty() {
        bail!("forbidden dependency directions:\n  {}", wrong.join("\n  "));
    }
    eprintln!("dependency directions: {} crates as ARCHITECTURE.md says", ALLOWED.len());
    Ok(())
}
