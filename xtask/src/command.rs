//! Runs other programs and shows what is run.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, bail};

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.parent().map_or(here.clone(), PathBuf::from)
}

/// Runs `program` with `arguments` and fails unless it succeeds.
pub(crate) fn run(program: &str, arguments: &[&str], environment: &[(&str, &str)]) -> anyhow::Result<()> {
    let shown = format!("{program} {}", arguments.join(" "));
    eprintln!("$ {shown}");
    let status = Command::new(program)
        .args(arguments)
        .envs(environment.iter().copied())
        .status()
        .with_context(|| format!("`{program}` could not be started"))?;
    if !status.success() {
        bail!("`{shown}` failed with {status}");
    }
    Ok(())
}

/// The cargo that runs this task.
pub(crate) fn cargo() -> String {
    std::env::var("CARGO").unwrap_or_else(|_| "cargo".into())
}

/// Builds the product for release and gives its path.
pub(crate) fn built_binary() -> anyhow::Result<PathBuf> {
    run(&cargo(), &["build", "--release", "--locked", "--package", "nanorig"], &[])?;
    let metadata = cargo_metadata::MetadataCommand::new().no_deps().exec()?;
    let name = format!("nanorig{}", std::env::consts::EXE_SUFFIX);
    Ok(metadata.target_directory.join("release").join(name).into_std_path_buf())
}
