//! Everything that is judged without running the product.

use crate::command::{self, cargo};
use crate::{edges, file_length, fuzz};

pub(crate) fn run() -> anyhow::Result<()> {
    let cargo = cargo();
    command::run(&cargo, &["fmt", "--all", "--check"], &[])?;
    command::run(&cargo, &["fmt", "--check", "--manifest-path", fuzz::MANIFEST], &[])?;
    edges::check()?;
    file_length::report()?;
    let clippy = ["clippy", "--workspace", "--all-targets", "--locked", "--", "--deny", "warnings"];
    command::run(&cargo, &clippy, &[])?;
    let docs = ["doc", "--workspace", "--no-deps", "--document-private-items", "--locked"];
    command::run(&cargo, &docs, &[("RUSTDOCFLAGS", "--deny warnings")])
}
