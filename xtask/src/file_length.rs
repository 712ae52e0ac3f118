//! Files that have grown too long.
//!
//! Code, data and scenarios are measured; prose is not, as nobody edits a page for the sake of one paragraph of it.

use std::path::Path;
use std::{fs, io};

use anyhow::ensure;

const FOLDERS: [&str; 6] = ["certs", "simulator", "fixtures", "conformance", "xtask", "scenarios"];

const EXTENSIONS: [&str; 3] = ["rs", "toml", "yaml"];

/// Longer files fail the lint, unless they say why at their top.
const LIMIT: usize = 400;

/// The words that excuse a long file, in its first lines.
const EXCUSE: &str = "Over 400 lines because";

/// Reports long files and fails on those that do not say why.
pub(crate) fn report() -> anyhow::Result<()> {
    let mut long = Vec::new();
    for folder in FOLDERS {
        collect(Path::new(folder), &mut long)?;
    }
    long.sort_by(|a, b| (b.lines, &a.path).cmp(&(a.lines, &b.path)));
    for file in &long {
        let verdict = if file.excused { "says why at its top" } else { "too long: split it by noun" };
        eprintln!("{:5} {}: {verdict}", file.lines, file.path);
    }
    let refused = long.iter().filter(|file| !file.excused).count();
    ensure!(refused == 0, "{refused} files have more than {LIMIT} lines and do not say `{EXCUSE} ...`");
    Ok(())
}

/// A file over the limit.
#[derive(Debug, PartialEq, Eq)]
struct Long {
    lines: usize,
    path: String,
    excused: bool,
}

fn collect(folder: &Path, long: &mut Vec<Long>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, long)?;
        } else if path.extension().is_some_and(|own| EXTENSIONS.iter().any(|extension| own == *extension)) {
            long.extend(measure(&path.display().to_string(), &fs::read_to_string(&path)?));
        }
    }
    Ok(())
}

fn measure(path: &str, text: &str) -> Option<Long> {
    let lines = text.lines().count();
    let excused = text.lines().take(20).any(|line| line.contains(EXCUSE));
    (lines > LIMIT).then(|| Long { lines, path: path.to_owned(), excused })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_the_last_that_passes_and_a_reason_must_stand_at_the_top() {
        let long = |text: String| measure("x.toml", &text).map(|long| (long.lines, long.excused));
        assert_eq!(long("x\n".repeat(400)), None);
        assert_eq!(long("x\n".repeat(401)), Some((401, false)));
        let reason = "# Over 400 lines because it is a table.\n";
        assert_eq!(long(format!("{reason}{}", "x\n".repeat(400))), Some((401, true)));
        assert_eq!(long(format!("{}{reason}", "x\n".repeat(400))), Some((401, false)));
    }
}
