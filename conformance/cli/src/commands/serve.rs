//! `nanorig serve`: the local cloud, until Ctrl-C.

use std::path::PathBuf;

use miette::{Context, IntoDiagnostic, miette};
use nanorig_serve::{Config, Options, Ready, Server};

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
    stdio::out(&greeting(&server, options))?;
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

fn greeting(server: &Server, options: &Options) -> String {
    let Ready { hub, dps, ca_file, service_connection_string, devices, enrollments, dashboard, .. } =
        &server.ready;
    let mut text = format!(
        "IoT Hub and DPS on {}\n\n  \
         MQTT over TLS      {}:{}\n  \
         HTTPS, WebSocket   {}:{}\n  \
         DPS id scope       {}\n",
        options.listen, hub.host, hub.mqtts, hub.host, hub.https, dps.id_scope
    );
    for (what, at) in [("names (DNS)", options.dns), ("time (NTP)", options.ntp)] {
        if let Some(at) = at {
            text.push_str(&format!("  {what:<18} {at}\n"));
        }
    }
    for remark in &server.remarks {
        text.push_str(&format!("  note: {remark}\n"));
    }
    if options.listen.is_loopback() {
        text.push_str(
            "  only this machine reaches it; `--listen 0.0.0.0 --host NAME` opens it to a network\n",
        );
    }
    text.push_str("\ndevices\n");
    for device in devices {
        text.push_str(&format!("  {}\n", device.connection_string));
        if let (Some(chain), Some(key)) = (&device.cert_file, &device.key_file) {
            text.push_str(&format!(
                "    certificate {}\n    key         {}\n",
                chain.display(),
                key.display()
            ));
        }
    }
    text.push_str("\nDPS enrollments\n");
    for enrollment in enrollments {
        text.push_str(&format!("  {:<18} {}\n", enrollment.registration_id, enrollment.kind));
    }
    text.push_str(&format!("\nservice\n  {service_connection_string}\n"));
    text.push_str(&format!("\npage\n  {dashboard}\n"));
    text.push_str(&format!("\n{}", trust(&ca_file.display().to_string())));
    text
}

/// How clients come to trust the CA, one line for each world.
fn trust(ca: &str) -> String {
    let header = ca.replace("ca.pem", "ca.h");
    format!(
        "trust {ca}\n  \
         Python    IoTHubDeviceClient.create_from_connection_string(text, server_verification_cert=open({ca:?}).read())\n  \
         Node      client.setOptions({{ ca: fs.readFileSync({ca:?}, 'utf8') }}), or NODE_EXTRA_CA_CERTS={ca}\n  \
         nanoFramework  new DeviceClient(host, id, key, azureCert: new X509Certificate(text of the file))\n  \
         ESP-IDF, Mbed TLS   #include {header:?} and give NANORIG_CA_PEM as the CA\n"
    )
}
