//! `nanorig schema`: JSON Schema of scenario files.

use crate::exit::Exit;
use crate::outputs::json_text;
use crate::stdio;
use crate::vocabulary::vocabulary;

pub(crate) fn run() -> miette::Result<Exit> {
    stdio::document(&json_text(&nanorig_scenario::schema(&vocabulary())))?;
    Ok(Exit::Passed)
}
