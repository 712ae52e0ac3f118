//! `nanorig`: rehearse a constrained device's network behaviour at a desk.
//!
//! This crate only wires the others together: arguments in, reports and exit codes out.

// What is said goes through `stdio`: a reader that goes away must not end the program in a panic.
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod args;
mod commands;
mod exit;
mod outputs;
mod progress;
mod session;
mod stdio;
mod vocabulary;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Arguments, Command};
use crate::exit::Exit;

/// A run makes and frees millions of small blocks; this allocator takes a sixth off a simulated day.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = Arguments::parse_from(args::with_default_command(std::env::args_os()));
    start_logging();
    show_faults();
    let exit = match &arguments.command {
        Command::Run(run) => commands::run::run(run),
        Command::Check { paths } => commands::check::run(paths),
        Command::Schema => commands::schema::run(),
        Command::List { what } => commands::list::run(*what),
        Command::Explain { id } => commands::explain::run(id),
        Command::Judge(judge) => commands::judge::run(judge),
        Command::Serve(serve) => commands::serve::run(serve),
        Command::Telemetry(telemetry) => commands::telemetry::run(telemetry),
    };
    exit.unwrap_or_else(|error| {
        stdio::complain(&format!("{error:?}"));
        Exit::Usage
    })
    .into()
}

/// Faults go to stderr, and look the same wherever that is no terminal.
fn show_faults() {
    miette::set_hook(Box::new(|_| Box::new(commands::screen::faults(&console::Term::stderr()))))
        .expect("the hook is set once, before any fault");
}

/// Logs go to stderr when `RUST_LOG` asks for them; a run's evidence is its trace, never a log.
fn start_logging() {
    let filter = tracing_subscriber::EnvFilter::from_default_env();
    let colours = commands::screen::colour(&console::Term::stderr());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours).init();
}
