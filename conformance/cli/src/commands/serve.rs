//! `nanorig serve`: the local cloud, until Ctrl-C.

use std::path::PathBuf;

use miette::{Context, IntoDiagnostic, miette};
use nanorig_serve::{Config, Options};

use super::greeting::greeting;
use crate::args::ServeArguments;
use crate::exit::Exit;
use crate::{outputs, stdio};

pub(crate) fn run(arguments: &ServeArguments) -> miette::Result<Exit> {
    let folder = match &arguments.folder {
        Some(folder) => folder.clone(),
        None => cache_folder()?,
    };
    if let Some(file) = &arguments.ready_file {
        outputs::check(std::slice::from_ref(file), [])?;
    }
    let options = Options {
        listen: arguments.listen,
        ports: arguments.ports,
        hosts: arguments.hosts.clone(),
        telemetry_file: arguments.telemetry_file.clone(),
        config: arguments.config.as_deref().map(Config::read).transpose().into_diagnostic()?,
        state: arguments.state.clone(),
        dns: arguments.dns,
        ntp: arguments.ntp,
        ..Options::new(folder)
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .into_diagnostic()
        .wrap_err("the machine gives no threads to serve with")?;
    runtime.block_on(serve(&options, arguments.ready_file.as_deref()))
}

async fn serve(options: &Options, ready_file: Option<&std::path::Path>) -> miette::Result<Exit> {
    let mut server = nanorig_serve::start(options).await.into_diagnostic()?;
    stdio::out(&greeting(&server.ready, &server.remarks, options))?;
    if let Some(file) = ready_file {
        let ready = serde_json::to_value(&server.ready).into_diagnostic()?;
        outputs::write(file, outputs::json_text(&ready).as_bytes())?;
    }
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => {
            pressed.into_diagnostic().wrap_err("Ctrl-C cannot be waited for")?;
            Ok(Exit::Passed)
        }
        error = server.failed() => Err(error).into_diagnostic(),
    }
}

/// Where certificates stay: the folder for what programs can make again.
fn cache_folder() -> miette::Result<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = folder("XDG_CACHE_HOME")
        .or_else(|| folder("LOCALAPPDATA"))
        .or_else(|| folder("HOME").map(|home| home.join(".cache")));
    let base = base.and_then(|base| std::path::absolute(base).ok());
    base.map(|base| base.join("nanorig")).ok_or_else(|| {
        miette!(help = "name one with `--folder FOLDER`", "there is no cache folder for the certificates")
    })
}
