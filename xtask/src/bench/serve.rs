//! The local cloud under load, beside the broker that most of the world has: the same clients, messages and TLS.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, ensure};
use nanorig_certs::{ChainKind, Pki, RootName};
use nanorig_peers::mosquitto::{Config, Mosquitto, ServerIdentity};
use serde::Deserialize;
use serde_json::Value;

use super::process::Process;
use crate::command;

/// Size of a message.
const BYTES: &str = "128";
/// Clients that send as fast as they can.
const CLIENTS: &str = "50";
/// Messages that each of them has on their way.
const WINDOW: &str = "8";
/// How long they send.
const FLAT_OUT_SECS: &str = "10";
/// Devices that send as devices do: a message a second each.
const DEVICES: u32 = 2_000;
/// How long they send.
const FLEET_SECS: &str = "60";
/// When everybody of the fleet is connected and sends.
const MIDST: Duration = Duration::from_secs(45);
/// Turns of each server, alternately; the better one counts, since the machine has other things to do as well.
const TURNS: usize = 3;

/// Measures and prints.
pub(super) fn run(binary: &Path) -> anyhow::Result<()> {
    let load = load_generator()?;
    let folder = tempfile::tempdir()?;
    println!(
        "QoS 1 over TLS, {BYTES} bytes, {CLIENTS} clients with {WINDOW} messages on their way each, \
         clients and server on this machine"
    );
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        ours.push(Served::start(binary, folder.path())?.flat_out(&load)?);
        theirs.push(Broker::start(folder.path())?.flat_out(&load)?);
    }
    let (ours, theirs) = (best(ours)?, best(theirs)?);
    println!("  nanorig serve  {ours}\n  Mosquitto      {theirs}");
    let ratio = ours.per_second / theirs.per_second;
    let verdict = if ratio >= 1.0 { "met" } else { "MISSED" };
    println!("  messages per second, ours to theirs: {ratio:.2}, target at least 1.00  {verdict}");
    println!("  CPU for a message, ours to theirs:   {:.2}\n", ours.cpu_micros / theirs.cpu_micros);
    Served::start(binary, folder.path())?.fleet(&load)
}

/// What a server did with clients that send as fast as they can.
struct FlatOut {
    per_second: f64,
    /// Of the server alone, for each message.
    cpu_micros: f64,
    p50_ms: f64,
    p99_ms: f64,
}

impl FlatOut {
    fn measure(process: &Process, mut load: Command) -> anyhow::Result<Self> {
        let before = process.cpu()?;
        let options =
            ["--devices", CLIENTS, "--window", WINDOW, "--seconds", FLAT_OUT_SECS, "--bytes", BYTES];
        let tally = Tally::of(load.args(options).output()?)?;
        let cpu = process.cpu()?.saturating_sub(before);
        Ok(Self {
            per_second: tally.messages_per_second,
            cpu_micros: cpu.as_secs_f64() * 1e6 / tally.sent as f64,
            p50_ms: tally.puback_ms.p50,
            p99_ms: tally.puback_ms.p99,
        })
    }
}

impl std::fmt::Display for FlatOut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { per_second, cpu_micros, p50_ms, p99_ms } = self;
        write!(
            f,
            "{per_second:8.0} messages/s, {cpu_micros:5.2} us of CPU each, PUBACK p50 {p50_ms:.2} ms, p99 {p99_ms:.2} ms"
        )
    }
}

fn best(turns: Vec<FlatOut>) -> anyhow::Result<FlatOut> {
    let best = turns.into_iter().max_by(|a, b| a.per_second.total_cmp(&b.per_second));
    best.context("nothing was measured")
}

/// What the load generator tells.
#[derive(Deserialize)]
struct Tally {
    messages_per_second: f64,
    puback_ms: Latencies,
    sent: u64,
    lost: u64,
}

#[derive(Deserialize)]
struct Latencies {
    p50: f64,
    p99: f64,
}

impl Tally {
    /// Of a load generator that came to its report; it fails by its exit code when a message was lost, and tells how many.
    fn of(output: std::process::Output) -> anyhow::Result<Self> {
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(!output.stdout.is_empty(), "the load generator ended with {}: {said}", output.status);
        let tally: Self = serde_json::from_slice(&output.stdout)
            .context("the load generator's report is not understood")?;
        ensure!(tally.lost == 0, "{} of {} messages were lost", tally.lost, tally.sent);
        Ok(tally)
    }
}

/// `nanorig serve` on ports that are free.
struct Served {
    child: Child,
    process: Process,
    ready: Value,
    load: Vec<String>,
}

impl Served {
    fn start(binary: &Path, folder: &Path) -> anyhow::Result<Self> {
        let ready_file = folder.join("ready.json");
        // There is none the first time.
        let _ = fs::remove_file(&ready_file);
        let child = Command::new(binary)
            .args(["serve", "--ports", "ephemeral", "--folder"])
            .arg(folder.join("pki"))
            .arg("--ready-file")
            .arg(&ready_file)
            .stdout(Stdio::null())
            .spawn()?;
        let mut served =
            Self { process: Process::new(child.id()), child, ready: Value::Null, load: Vec::new() };
        served.ready = served.wait(&ready_file)?;
        let text = |at: &str| served.ready.pointer(at).and_then(Value::as_str).map(str::to_owned);
        let port = |at: &str| served.ready.pointer(at).and_then(Value::as_u64);
        let (mqtts, https) =
            port("/hub/mqtts").zip(port("/hub/https")).context("no ports in the ready file")?;
        let (host, ca) = text("/hub/host").zip(text("/ca_file")).context("no names in the ready file")?;
        served.load = load_arguments(mqtts, &host, Path::new(&ca));
        let hub = ["--hub", &host, "--https", &format!("127.0.0.1:{https}")].map(str::to_owned);
        served.load.extend(hub);
        Ok(served)
    }

    fn wait(&mut self, ready_file: &Path) -> anyhow::Result<Value> {
        for _ in 0..200 {
            // Written in one go, but maybe not to its end yet.
            if let Some(ready) = fs::read(ready_file).ok().and_then(|text| serde_json::from_slice(&text).ok())
            {
                return Ok(ready);
            }
            ensure!(self.child.try_wait()?.is_none(), "nanorig serve has ended");
            pause(Duration::from_millis(50));
        }
        anyhow::bail!("nanorig serve is not ready after 10 s")
    }

    fn flat_out(&self, load: &Path) -> anyhow::Result<FlatOut> {
        FlatOut::measure(&self.process, self.command(load))
    }

    fn command(&self, load: &Path) -> Command {
        let mut command = Command::new(load);
        command.args(&self.load);
        command
    }

    /// Many devices, as devices send.
    fn fleet(&self, load: &Path) -> anyhow::Result<()> {
        let before = self.process.memory_bytes()?;
        let devices = DEVICES.to_string();
        let options = ["--devices", &devices, "--per-second", "1", "--seconds", FLEET_SECS, "--bytes", BYTES];
        let mut running = self.command(load);
        let running = running.args(options).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        pause(MIDST);
        let during = self.process.memory_bytes()?;
        let tally = Tally::of(running.wait_with_output()?)?;
        let each = during.saturating_sub(before) as f64 / f64::from(DEVICES) / 1_000.0;
        println!("{DEVICES} devices, one message a second each, {FLEET_SECS} s");
        println!(
            "  {} sent, {} lost, PUBACK p50 {:.2} ms, p99 {:.2} ms, {each:.0} kB for each connection",
            tally.sent, tally.lost, tally.puback_ms.p50, tally.puback_ms.p99
        );
        Ok(())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = (self.child.kill(), self.child.wait());
    }
}

/// Mosquitto with a certificate of the same kind.
struct Broker {
    broker: Mosquitto,
    ca: PathBuf,
    address: SocketAddr,
}

impl Broker {
    fn start(folder: &Path) -> anyhow::Result<Self> {
        let pki = Pki::new(now());
        let chain = pki.server(ChainKind::Good, RootName::G2, &["localhost"])?;
        let roots = pki.trusted_roots_pem();
        let ca = folder.join("broker-ca.pem");
        fs::write(&ca, roots)?;
        let identity = ServerIdentity::new(chain.chain_pem(), chain.key_pem());
        let broker = Mosquitto::start(&Config { tls: Some(identity), quiet: true, ..Config::default() })?;
        let address = broker.tls().context("the broker has no TLS port")?;
        Ok(Self { broker, ca, address })
    }

    fn flat_out(&self, load: &Path) -> anyhow::Result<FlatOut> {
        let mut command = Command::new(load);
        command.args(load_arguments(self.address.port().into(), "localhost", &self.ca));
        FlatOut::measure(&Process::new(self.broker.pid()), command)
    }
}

fn load_arguments(port: u64, name: &str, ca: &Path) -> Vec<String> {
    let ca = ca.to_string_lossy().into_owned();
    ["--address", &format!("127.0.0.1:{port}"), "--name", name, "--ca", &ca].map(str::to_owned).into()
}

/// Builds the load generator for release and gives its path.
fn load_generator() -> anyhow::Result<PathBuf> {
    let arguments = ["build", "--release", "--locked", "--package", "nanorig-serve", "--example", "load"];
    command::run(&command::cargo(), &arguments, &[])?;
    let metadata = cargo_metadata::MetadataCommand::new().no_deps().exec()?;
    let name = format!("load{}", std::env::consts::EXE_SUFFIX);
    Ok(metadata.target_directory.join("release/examples").join(name).into_std_path_buf())
}

#[expect(clippy::disallowed_methods, reason = "certificates for another program must be valid today")]
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures the wall")]
fn pause(span: Duration) {
    thread::sleep(span);
}
