//! Automation of this repository: `cargo xtask --help`.

mod bench;
mod calibrate;
mod command;
mod determinism;
mod edges;
mod excused;
mod file_length;
mod fuzz;
mod lint;
mod requirements;
mod scenarios;
mod sdk;
mod system;
mod test;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Automation of this repository.
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Format, clippy, documentation, dependency directions, file lengths.
    Lint,
    /// Installs what the tests need and runs all of them.
    Test {
        /// Passed on to `cargo test`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Lets libFuzzer look for inputs that break the parsers of the fronts.
    Fuzz {
        /// Only this target.
        target: Option<String>,
        /// How long each target runs.
        #[arg(long, default_value_t = 60)]
        seconds: u32,
    },
    /// Measures time and memory against their targets.
    Bench {
        /// Only these figures.
        part: Option<bench::Part>,
    },
    /// Runs each scenario in several processes and compares their traces and captures byte by byte.
    Determinism {
        /// Folder or file of scenarios.
        #[arg(default_value = "scenarios")]
        scenarios: std::path::PathBuf,
    },
    /// Lists each requirement with what checks it, fails it, provokes it and asks for it; fails on holes that nobody excused.
    Requirements,
    /// Shows that each quirk fails the requirements that it says, where the reference device passes.
    Calibrate {
        /// Only these quirks.
        quirks: Vec<String>,
    },
}

fn main() -> ExitCode {
    match perform(Arguments::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        // The cause is told without a backtrace: what failed is nearly always another program, which has spoken already.
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn perform(task: Task) -> anyhow::Result<()> {
    std::env::set_current_dir(command::root())?;
    match task {
        Task::Lint => lint::run(),
        Task::Test { arguments } => test::run(&arguments),
        Task::Fuzz { target, seconds } => fuzz::run(target.as_deref(), seconds),
        Task::Bench { part } => bench::run(part),
        Task::Determinism { scenarios } => determinism::run(&scenarios),
        Task::Requirements => requirements::run(),
        Task::Calibrate { quirks } => calibrate::run(&quirks),
    }
}
