//! The official SDKs and other clients that the local cloud is tried against, with pinned versions, below the target folder.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use cargo_metadata::MetadataCommand;

use crate::command;

/// Where the lists of what to install stand.
const SOURCES: &str = "fixtures/serve/tests/sdk";

/// Installs what is not there yet in the versions that the lists name.
pub(crate) fn ensure() -> anyhow::Result<()> {
    let metadata = MetadataCommand::new().no_deps().exec()?;
    let sources = metadata.workspace_root.join(SOURCES).into_std_path_buf();
    let sdk = metadata.target_directory.join("sdk").into_std_path_buf();
    python(&sources.join("python"), &sdk.join("python"))?;
    // The official SDK wants an older paho-mqtt than the one that speaks MQTT 5 well.
    python(&sources.join("paho"), &sdk.join("paho"))?;
    node(&sources.join("node"), &sdk.join("node"))
}

fn python(sources: &Path, into: &Path) -> anyhow::Result<()> {
    let list = sources.join("requirements.txt");
    when_changed(&list, into, || {
        command::run("python3", &["-m", "venv", &text(into)], &[])?;
        let pip = text(&into.join("bin/pip"));
        command::run(&pip, &["install", "--quiet", "--disable-pip-version-check", "-r", &text(&list)], &[])
    })
}

fn node(sources: &Path, into: &Path) -> anyhow::Result<()> {
    let lock = sources.join("package-lock.json");
    when_changed(&lock, into, || {
        for name in ["package.json", "package-lock.json"] {
            fs::copy(sources.join(name), into.join(name))?;
        }
        let quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
        let folder = text(into);
        let mut arguments = vec!["ci", "--prefix", &folder];
        arguments.extend(quiet);
        command::run("npm", &arguments, &[])
    })
}

/// Installs into a fresh folder unless the list is the one that was installed last.
fn when_changed(
    list: &Path,
    into: &Path,
    install: impl FnOnce() -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let wanted = fs::read(list).with_context(|| format!("{} cannot be read", list.display()))?;
    let stamp: PathBuf = into.join("installed");
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    eprintln!("installing the clients of {}", list.display());
    if into.exists() {
        fs::remove_dir_all(into)?;
    }
    fs::create_dir_all(into)?;
    install()?;
    Ok(fs::write(stamp, wanted)?)
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
