//! The command line.

use std::ffi::OsString;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use nanorig_serve::Ports;

/// Rehearse a constrained device's network behaviour at a desk, before it meets the cloud.
#[derive(Debug, Parser)]
#[command(
    name = "nanorig",
    version,
    after_help = "Without a command, `nanorig` runs scenarios/quickstart.yaml, and `nanorig PATH` runs PATH."
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run scenario files, or all of a folder, and judge them.
    Run(Box<RunArguments>),
    /// Check scenario files without running them.
    Check {
        /// Files or folders.
        #[arg(required = true)]
        paths: Vec<PathBuf>,
    },
    /// Print the JSON Schema of scenario files, for editors.
    Schema,
    /// List the words that scenarios and this command line use.
    List {
        /// What to list.
        what: Listing,
    },
    /// Explain a requirement: its text, its source, how it is provoked, and what fails it.
    Explain {
        /// Requirement id, such as HUB-SAS-02.
        id: String,
    },
    /// Judge a recorded trace again.
    Judge(JudgeArguments),
    /// Serve a local IoT Hub and DPS that SDKs, tools and boards connect to, until Ctrl-C.
    Serve(ServeArguments),
    /// Show what arrives at a running `nanorig serve`, until Ctrl-C.
    Telemetry(TelemetryArguments),
}

#[derive(Debug, Args)]
pub(crate) struct RunArguments {
    /// Scenario files or folders [default: scenarios/quickstart.yaml]
    pub(crate) paths: Vec<PathBuf>,
    /// Device under test.
    #[arg(long, default_value = "sim")]
    pub(crate) dut: String,
    /// Budget profile instead of the scenario's: a name, or a TOML file of your own.
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) profile: Option<String>,
    /// Persona instead of the scenario's.
    #[arg(long)]
    pub(crate) persona: Option<String>,
    /// Quirk to switch on besides those of the scenario. May be given several times.
    #[arg(long = "quirk", value_name = "NAME")]
    pub(crate) quirks: Vec<String>,
    /// Seed of all chance instead of the scenario's.
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Virtual time jumps from event to event, real time passes as on the wall.
    #[arg(long, value_enum, default_value_t = Clock::Virtual)]
    pub(crate) clock: Clock,
    /// Write the report as JSON; `-` prints it instead of the report. A folder when several scenarios run.
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Write the verdicts as JUnit XML, all scenarios into one file.
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,
    /// Write the trace. A folder when several scenarios run.
    #[arg(long, value_name = "FILE")]
    pub(crate) trace: Option<PathBuf>,
    /// Write the packets as pcapng, with the secrets that decrypt them. A folder when several scenarios run.
    #[arg(long, value_name = "FILE")]
    pub(crate) pcap: Option<PathBuf>,
    /// Only scenarios whose path or name contains this.
    #[arg(long, value_name = "TEXT")]
    pub(crate) filter: Option<String>,
    /// Only scenarios with this tag.
    #[arg(long, value_name = "TAG")]
    pub(crate) tag: Option<String>,
    /// Name the scenarios that would run, and run none.
    #[arg(long)]
    pub(crate) list: bool,
    /// Run each scenario so many times, with seeds that count up.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) repeat: u32,
    /// Scenarios that run side by side [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) jobs: Option<u16>,
}

#[derive(Debug, Args)]
pub(crate) struct ServeArguments {
    /// Address to listen on. Others than the default are reached by the whole network.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1")]
    pub(crate) listen: IpAddr,
    /// Ports: `standard` (8883, 443, 8080, or similar ones where these cannot be had), `ephemeral`, or a list such as
    /// `mqtts=18883,https=8443,http=8080`.
    #[arg(long, value_name = "PORTS", default_value = "standard")]
    pub(crate) ports: Ports,
    /// Name or address by which clients reach this machine; the first stands in connection strings. May be given several
    /// times [default: localhost]
    #[arg(long = "host", value_name = "NAME|IP")]
    pub(crate) hosts: Vec<String>,
    /// Write what is served where as JSON, once it is.
    #[arg(long, value_name = "FILE")]
    pub(crate) ready_file: Option<PathBuf>,
    /// Folder of the certificates, which stay the same from start to start [default: the user's cache folder]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) folder: Option<PathBuf>,
    /// Append everything that arrives to this file, as JSON lines.
    #[arg(long, value_name = "FILE")]
    pub(crate) telemetry_file: Option<PathBuf>,
    /// Keep what hubs and the provisioning service know in this file, from start to start [default: it ends with the server]
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,
    /// Hubs, devices, policies and enrollments that exist from the start (TOML, docs/serve.md).
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Lead the server's names to this machine for boards that ask this address, port 53 unless said.
    #[arg(long, value_name = "ADDR[:PORT]", value_parser = |text: &str| address(text, 53))]
    pub(crate) dns: Option<SocketAddr>,
    /// Tell boards the time at this address, port 123 unless said.
    #[arg(long, value_name = "ADDR[:PORT]", value_parser = |text: &str| address(text, 123))]
    pub(crate) ntp: Option<SocketAddr>,
}

#[derive(Debug, Args)]
pub(crate) struct TelemetryArguments {
    /// Address of the server's page [default: http://localhost:8080/]
    #[arg(long, value_name = "URL", conflicts_with = "ready_file")]
    pub(crate) url: Option<String>,
    /// The file that `nanorig serve --ready-file` wrote, instead of its address.
    #[arg(long, value_name = "FILE")]
    pub(crate) ready_file: Option<PathBuf>,
    /// Only of this device. May be given several times.
    #[arg(long = "device", value_name = "ID")]
    pub(crate) devices: Vec<String>,
    /// Only of this module. May be given several times.
    #[arg(long = "module", value_name = "ID")]
    pub(crate) modules: Vec<String>,
    /// Only of this type, such as `Telemetry` or `twinChangeEvents`. May be given several times.
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) types: Vec<String>,
    /// Only with this property: `NAME=VALUE`, or `NAME` for any value. Each must hold.
    #[arg(long = "property", value_name = "NAME[=VALUE]")]
    pub(crate) properties: Vec<String>,
    /// Begin with what came after the message of this number.
    #[arg(long, value_name = "N", conflicts_with = "last")]
    pub(crate) since: Option<u64>,
    /// Begin with the latest so many.
    #[arg(long, value_name = "N")]
    pub(crate) last: Option<u64>,
    /// End with what is there already.
    #[arg(long)]
    pub(crate) no_follow: bool,
    /// Print each message as one line of JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct JudgeArguments {
    /// A trace that `nanorig run --trace` wrote.
    pub(crate) trace: PathBuf,
    /// Write the report as JSON; `-` prints it instead of the report.
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Write the verdicts as JUnit XML.
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,
}

/// Which clock a run follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Clock {
    Virtual,
    Real,
}

/// What can be listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Listing {
    Profiles,
    Personas,
    Quirks,
    Actions,
    Stimuli,
    Events,
    Requirements,
    Capabilities,
    Certificates,
    Roots,
    Ports,
}

/// The words that a command line begins with.
pub(crate) const COMMANDS: [&str; 9] =
    ["run", "check", "schema", "list", "explain", "judge", "serve", "telemetry", "help"];

/// An address with or without its port.
fn address(text: &str, usual: u16) -> Result<SocketAddr, String> {
    let alone = text.parse::<IpAddr>().map(|ip| SocketAddr::new(ip, usual));
    alone
        .or_else(|_| text.parse())
        .map_err(|_| "it is no address such as 192.168.1.5 or 192.168.1.5:5300".to_owned())
}

/// Puts `run` in front of arguments that begin with a path or are empty.
pub(crate) fn with_default_command(arguments: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut all: Vec<OsString> = arguments.collect();
    let names_command = |word: &OsString| {
        let word = word.to_string_lossy();
        COMMANDS.contains(&word.as_ref()) || matches!(word.as_ref(), "-h" | "--help" | "-V" | "--version")
    };
    if !all.get(1).is_some_and(names_command) {
        all.insert(1.min(all.len()), "run".into());
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Command {
        let words = std::iter::once("nanorig").chain(words.iter().copied()).map(OsString::from);
        Arguments::parse_from(with_default_command(words)).command
    }

    #[test]
    fn a_path_alone_is_run() {
        assert!(matches!(parse(&[]), Command::Run(run) if run.paths.is_empty()));
        assert!(matches!(parse(&["my.yaml", "--seed", "4"]), Command::Run(run) if run.seed == Some(4)));
        assert!(matches!(parse(&["check", "my.yaml"]), Command::Check { .. }));
    }

    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory;
        Arguments::command().debug_assert();
        let mut command = Arguments::command();
        command.build();
        let names: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
        assert_eq!(names, COMMANDS);
    }
}
