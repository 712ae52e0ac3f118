//! `nanorig check`: what is wrong with scenario files, without running them.

use std::path::PathBuf;

use super::files;
use super::screen::{self, count};
use crate::exit::Exit;
use crate::stdio;
use crate::vocabulary::vocabulary;

pub(crate) fn run(paths: &[PathBuf]) -> miette::Result<Exit> {
    let words = vocabulary();
    let mut faults = 0;
    let files = files::collect(paths)?;
    for path in &files {
        match files::read(path, &words)? {
            Ok(plan) => stdio::out(&files::line(&plan))?,
            Err(found) => {
                faults += found.faults.len();
                stdio::complain(&screen::told(found));
            }
        }
    }
    if faults == 0 {
        stdio::out(&format!("{}, no faults\n", count(files.len(), "scenario")))?;
        return Ok(Exit::Passed);
    }
    stdio::complain(&count(faults, "fault"));
    Ok(Exit::Usage)
}
