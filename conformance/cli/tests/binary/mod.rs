//! Runs the built binary as a user would.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository is there")
}

/// How a command ended.
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    shown: String,
}

/// Runs `nanorig` in `folder`.
pub(crate) fn nanorig_in<S: AsRef<OsStr>>(folder: &Path, arguments: &[S]) -> Ended {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nanorig"));
    command.args(arguments).current_dir(folder).env("NO_COLOR", "1").env_remove("RUST_LOG");
    Ended::new(&command.output().expect("the binary starts"), format!("{command:?}"))
}

/// Runs `nanorig` in the repository's root.
pub(crate) fn nanorig<S: AsRef<OsStr>>(arguments: &[S]) -> Ended {
    nanorig_in(&root(), arguments)
}

impl Ended {
    fn new(output: &Output, shown: String) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("the output is UTF-8");
        let code = output.status.code().expect("it was not killed");
        Self { code, stdout: text(&output.stdout), stderr: text(&output.stderr), shown }
    }

    /// Fails the test unless the exit code is `code`.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        let Self { stdout, stderr, shown, .. } = &self;
        assert_eq!(self.code, code, "{shown}\n--- stdout\n{stdout}\n--- stderr\n{stderr}");
        self
    }

    /// Fails the test unless stderr holds `text`, whatever lines it was broken into.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        let flat = |text: &str| text.replace('│', " ").split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat(&self.stderr).contains(&flat(text)), "{}\n--- stderr\n{}", self.shown, self.stderr);
        self
    }

    /// Stdout as JSON; anything else on it fails the test.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}", self.stdout))
    }
}

/// Every file below `folder` that ends in `extension`, sorted.
pub(crate) fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the folder can be read");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("it can be read").path()).collect();
    paths.sort();
    let inside = |path: PathBuf| match path.is_dir() {
        true => files(&path, extension),
        false if path.extension().is_some_and(|own| own == extension) => vec![path],
        false => Vec::new(),
    };
    paths.into_iter().flat_map(inside).collect()
}
