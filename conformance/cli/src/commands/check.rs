//! `nanorig check`: what is wrong with scenario files, without running them.

use std::path::PathBuf;

use super::files;
use super::screen::count;
use crate::exit::Exit;
use crate::vocabulary::vocabulary;

pub(crate) fn run(paths: &[PathBuf]) -> miette::Result<Exit> {
    let words = vocabulary();
    let mut faults = 0;
    let files = files::collect(paths)?;
    for path in &files {
        match files::read(path, &words)? {
            Ok(plan) => println!("{}: {} ({} steps)", path.display(), plan.name, plan.step_count()),
            Err(found) => {
                faults += found.faults.len();
                for report in found.reports() {
                    eprintln!("{report:?}");
                }
            }
        }
    }
    if faults == 0 {
        println!("{}, no faults", count(files.len(), "scenario"));
        return Ok(Exit::Passed);
    }
    eprintln!("{}", count(faults, "fault"));
    Ok(Exit::Usage)
}
