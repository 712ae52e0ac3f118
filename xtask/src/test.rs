//! The one test command.

use crate::command::{cargo, run as execute};
use crate::{sdk, system};

/// Sets up what tests need, then runs all of them; `arguments` narrow them down.
pub(crate) fn run(arguments: &[String]) -> anyhow::Result<()> {
    system::ensure()?;
    sdk::ensure()?;
    system::port_443()?;
    let mut all = vec!["test", "--workspace", "--locked"];
    all.extend(arguments.iter().map(String::as_str));
    execute(&cargo(), &all, &[])
}
