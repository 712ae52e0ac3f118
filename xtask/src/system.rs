//! Programs of the operating system that tests run against.

use std::path::Path;
use std::process::Command;

use anyhow::bail;

use crate::command;

/// A program that tests need.
struct Tool {
    /// The program's file name, or a module of Python.
    program: &'static str,
    /// Debian's and Ubuntu's package.
    package: &'static str,
    /// What it judges.
    purpose: &'static str,
}

/// The module that a virtual environment needs; Debian keeps it apart from Python.
const VENV: &str = "ensurepip";

const TOOLS: &[Tool] = &[
    Tool { program: "python3", package: "python3", purpose: "runs the official Python SDKs" },
    Tool { program: VENV, package: "python3-venv", purpose: "keeps them apart from the system's Python" },
    Tool { program: "node", package: "nodejs", purpose: "runs the official Node SDKs" },
    Tool { program: "npm", package: "npm", purpose: "installs them" },
    Tool {
        program: "swtpm",
        package: "swtpm",
        purpose: "a TPM in software, for devices that register by one",
    },
    Tool { program: "chromium", package: "chromium", purpose: "opens the page of the local cloud" },
    Tool { program: "tshark", package: "tshark", purpose: "opens and decrypts our captures" },
    Tool {
        program: "mosquitto",
        package: "mosquitto",
        purpose: "the broker that the emulated device must work with",
    },
];

/// Makes sure that every tool is there: installs what is missing when it may, otherwise says what to type.
pub(crate) fn ensure() -> anyhow::Result<()> {
    let missing: Vec<&Tool> = TOOLS.iter().filter(|tool| !installed(tool.program)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    for tool in &missing {
        eprintln!("missing: {} ({})", tool.program, tool.purpose);
    }
    let packages: Vec<&str> = missing.iter().map(|tool| tool.package).collect();
    if is_root() && installed("apt-get") {
        install(&packages)?;
    }
    let still: Vec<&str> =
        TOOLS.iter().filter(|tool| !installed(tool.program)).map(|tool| tool.package).collect();
    if !still.is_empty() {
        bail!(
            "the tests need more programs; type\n\n    sudo apt-get install --no-install-recommends {}\n",
            still.join(" ")
        );
    }
    Ok(())
}

/// Makes sure that tests may listen on port 443: the SDKs know no other for WebSocket.
pub(crate) fn port_443() -> anyhow::Result<()> {
    match std::net::TcpListener::bind(("127.0.7.1", 443)) {
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => bail!(
            "the tests must listen on port 443 of a loopback address; type\n\n    \
             sudo sysctl net.ipv4.ip_unprivileged_port_start=443\n"
        ),
        // Whatever else is wrong, the test that meets it says.
        _ => Ok(()),
    }
}

fn install(packages: &[&str]) -> anyhow::Result<()> {
    let quiet = [("DEBIAN_FRONTEND", "noninteractive")];
    command::run("apt-get", &["update", "-qq"], &quiet)?;
    let mut arguments = vec!["install", "-y", "-qq", "--no-install-recommends"];
    arguments.extend(packages);
    command::run("apt-get", &arguments, &quiet)
}

fn installed(program: &str) -> bool {
    if program == VENV {
        let import = Command::new("python3").args(["-c", "import ensurepip"]).output();
        return import.is_ok_and(|import| import.status.success());
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    // Debian keeps servers where only root's path looks.
    let system = ["/usr/sbin", "/sbin"].map(std::path::PathBuf::from);
    std::env::split_paths(&path).chain(system).any(|folder| folder.join(program).is_file())
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    Path::new("/etc/debian_version").exists() && id.is_ok_and(|id| id.stdout.trim_ascii() == b"0")
}
