//! The subcommands, one file each.

pub(crate) mod check;
pub(crate) mod explain;
pub(crate) mod failures;
pub(crate) mod files;
mod greeting;
pub(crate) mod judge;
pub(crate) mod list;
pub(crate) mod run;
pub(crate) mod schema;
pub(crate) mod screen;
pub(crate) mod serve;
pub(crate) mod sink;
pub(crate) mod telemetry;
