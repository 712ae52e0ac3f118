//! Measures what the project promises, on this machine, and prints each figure with its target.

mod figure;
mod process;
mod serve;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use figure::Figure;

use crate::command;

/// Runs of each timed command; the median is reported.
const RUNS: usize = 9;

/// A day of a device that sends each minute over TLS and renews its token of an hour 29 times; `KEEP_ALIVE` is filled in.
const DAY: &str = "format: 1
name: A simulated day
device: { token-lifetime: 1h, keep-alive: KEEP_ALIVE }
steps:
  - device: boot
  - device: hub.open
  - device: telemetry.send
    body: { temperature: 21.5, humidity: 48 }
    count: 1440
    every: 60s
    expect: { confirmed: 1440 }
    within: 25h
";

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Part {
    /// Runs in virtual time.
    Run,
    /// `nanorig serve` under load, beside Mosquitto.
    Serve,
}

/// Measures one part or all and prints tables.
pub(crate) fn run(part: Option<Part>) -> anyhow::Result<()> {
    let binary = command::built_binary()?;
    println!("{}\n", machine());
    if part != Some(Part::Serve) {
        runs(&binary)?;
    }
    if part != Some(Part::Run) {
        println!();
        serve::run(&binary)?;
    }
    Ok(())
}

fn runs(binary: &Path) -> anyhow::Result<()> {
    let mut figures = vec![
        day(binary, "240s", "a simulated day, one message a minute over TLS")?,
        day(binary, "60s", "the same with a ping between the messages")?,
        quickstart(binary)?,
        folder(binary)?,
    ];
    for devices in [1_000, 5_000] {
        figures.push(fleet(devices)?);
    }
    for figure in &figures {
        println!("{figure}");
    }
    let missed = figures.iter().filter(|figure| !figure.met()).count();
    println!("\n{} of {} targets met", figures.len() - missed, figures.len());
    Ok(())
}

/// Wall time of a simulated day, as the run itself reports it.
fn day(binary: &Path, keep_alive: &str, what: &str) -> anyhow::Result<Figure> {
    let file = command::root().join("target/bench-day.yaml");
    fs::write(&file, DAY.replace("KEEP_ALIVE", keep_alive))?;
    let mut millis = Vec::new();
    for _ in 0..RUNS {
        let output = Command::new(binary).arg("run").arg(&file).args(["--json", "-"]).output()?;
        ensure!(
            output.status.success(),
            "the simulated day failed: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        let report: serde_json::Value =
            serde_json::from_slice(&output.stdout).context("the report is no JSON")?;
        millis.push(report["wall_ms"].as_f64().context("the report has no wall_ms")?);
    }
    Ok(Figure::new(what, median(millis), 50.0, "ms"))
}

/// From the start of the process to its end with the report printed.
fn quickstart(binary: &Path) -> anyhow::Result<Figure> {
    let millis = timed(RUNS, || {
        let mut command = Command::new(binary);
        command.arg("run").arg("scenarios/quickstart.yaml");
        command
    })?;
    Ok(Figure::new("`nanorig run quickstart`, start to report", millis, 150.0, "ms"))
}

/// The whole scenario folder.
fn folder(binary: &Path) -> anyhow::Result<Figure> {
    let millis = timed(3, || {
        let mut command = Command::new(binary);
        command.arg("run").arg("scenarios");
        command
    })?;
    Ok(Figure::new("`nanorig run scenarios`, all of them", millis / 1_000.0, 5.0, "s"))
}

/// Memory of connected devices, gateway and server side included.
fn fleet(devices: u32) -> anyhow::Result<Figure> {
    let count = devices.to_string();
    let arguments =
        ["run", "--release", "--quiet", "--package", "nanorig-rig", "--example", "fleet", "--", &count];
    let output = Command::new(command::cargo()).args(arguments).stderr(Stdio::inherit()).output()?;
    ensure!(output.status.success(), "the fleet of {devices} devices failed");
    let report: serde_json::Value =
        serde_json::from_slice(&output.stdout).context("the fleet's report is no JSON")?;
    let bytes = report["bytes_per_device"].as_f64().context("no bytes_per_device in the fleet's report")?;
    Ok(Figure::new(format!("{devices} connected TLS devices, memory of each"), bytes / 1_000.0, 80.0, "kB"))
}

/// Median wall time in milliseconds of a command that must succeed.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures the wall")]
fn timed(runs: usize, command: impl Fn() -> Command) -> anyhow::Result<f64> {
    let mut millis = Vec::new();
    for _ in 0..runs {
        let started = Instant::now();
        let status = command().stdout(Stdio::null()).stderr(Stdio::null()).status()?;
        let taken: Duration = started.elapsed();
        ensure!(status.success(), "{:?} ended with {status}", command());
        millis.push(taken.as_secs_f64() * 1_000.0);
    }
    Ok(median(millis))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// What the figures were measured on.
fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let model = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = model.lines().find_map(|line| line.strip_prefix("model name")?.split(':').nth(1));
    format!("{} cores, {}", cores, model.unwrap_or("unknown processor").trim())
}
