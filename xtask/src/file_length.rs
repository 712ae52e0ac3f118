//! Files that have grown too long.

use std::path::Path;
use std::{fs, io};

/// Longer files are reported.
const REPORTED: usize = 400;

/// Longer files fail the lint, unless they say why at their top.
const REFUSED: usize = 500;

/// The words that excuse a long file, in its first lines.
const EXCUSE: &str = "Over 500 lines because";

/// Reports long files and fails on very long ones.
pub(crate) fn report() -> anyhow::Result<()> {
    let mut files = Vec::new();
    for folder in ["certs", "simulator", "fixtures", "conformance", "xtask"] {
        collect(Path::new(folder), &mut files)?;
    }
    files.sort_by(|a, b| b.cmp(a));
    let mut refused = 0;
    for (lines, path, excused) in files.iter().filter(|(lines, _, _)| *lines > REPORTED) {
        let verdict = match (*lines > REFUSED, excused) {
            (true, false) => {
                refused += 1;
                "too long: split it by noun"
            }
            (true, true) => "excused at its top",
            (false, _) => "long",
        };
        eprintln!("{lines:5} {path}: {verdict}");
    }
    anyhow::ensure!(refused == 0, "{refused} files have more than {REFUSED} lines");
    Ok(())
}

fn collect(folder: &Path, files: &mut Vec<(usize, String, bool)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path)?;
            let excused = text.lines().take(20).any(|line| line.contains(EXCUSE));
            files.push((text.lines().count(), path.display().to_string(), excused));
        }
    }
    Ok(())
}
