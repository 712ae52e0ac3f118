//! `nanorig telemetry`: what arrives at a running `nanorig serve`.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::sync::Arc;

use miette::{Context, IntoDiagnostic, miette};
use serde_json::Value;
use ureq::tls::{Certificate, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Body};

use crate::args::TelemetryArguments;
use crate::exit::Exit;
use crate::stdio;

/// Where a server is when nothing else is said.
const USUAL: &str = "http://localhost:8080/";

pub(crate) fn run(arguments: &TelemetryArguments) -> miette::Result<Exit> {
    let server = match (&arguments.ready_file, &arguments.url) {
        (Some(file), _) => Server::of_ready_file(file)?,
        (None, url) => Server { url: url.clone().unwrap_or_else(|| USUAL.to_owned()), key: None, ca: None },
    };
    let lines = BufReader::new(server.ask(arguments)?.into_reader()).lines();
    let mut is_loss = false;
    for line in lines {
        let line = line.into_diagnostic().wrap_err("the server went away")?;
        if let Some(kind) = line.strip_prefix("event: ") {
            is_loss = kind == "lost";
        }
        let Some(data) = line.strip_prefix("data: ") else { continue };
        let heard = if arguments.json {
            stdio::is_heard(&format!("{data}\n"))?
        } else {
            stdio::is_heard(&format!("{}\n", told(data, is_loss)))?
        };
        if !heard {
            return Ok(Exit::Passed);
        }
        is_loss = false;
    }
    if arguments.no_follow { Ok(Exit::Passed) } else { Err(miette!("the server ended the stream")) }
}

/// Where the server is and what it wants to see.
struct Server {
    url: String,
    key: Option<String>,
    /// Its CA, PEM.
    ca: Option<Vec<u8>>,
}

impl Server {
    fn of_ready_file(file: &Path) -> miette::Result<Self> {
        let named = || file.display().to_string();
        let text =
            std::fs::read(file).into_diagnostic().wrap_err_with(|| format!("{} cannot be read", named()))?;
        let ready: Value = serde_json::from_slice(&text)
            .into_diagnostic()
            .wrap_err_with(|| format!("{} is no ready file", named()))?;
        let url = ready["dashboard"].as_str().ok_or_else(|| {
            miette!(
                help = "name the file that `nanorig serve --ready-file FILE` wrote",
                "{} is no ready file",
                named()
            )
        })?;
        let ca = ready["ca_file"].as_str().map(std::fs::read).transpose();
        let ca = ca.into_diagnostic().wrap_err("the server's CA cannot be read")?;
        Ok(Self { url: url.to_owned(), key: ready["control_key"].as_str().map(str::to_owned), ca })
    }

    fn ask(&self, arguments: &TelemetryArguments) -> miette::Result<Body> {
        let base = self.url.split('#').next().unwrap_or_default().trim_end_matches('/');
        let mut request = self.agent()?.get(format!("{base}/nanorig/telemetry"));
        for (name, values) in [
            ("device", &arguments.devices),
            ("module", &arguments.modules),
            ("type", &arguments.types),
            ("property", &arguments.properties),
        ] {
            request = values.iter().fold(request, |request, value| request.query(name, value));
        }
        for (name, number) in [("since", arguments.since), ("last", arguments.last)] {
            if let Some(number) = number {
                request = request.query(name, number.to_string());
            }
        }
        if arguments.no_follow {
            request = request.query("follow", "false");
        }
        if let Some(key) = &self.key {
            request = request.header("Authorization", format!("Bearer {key}"));
        }
        let response = request.call().map_err(|error| {
            miette!(
                help = "start it with `nanorig serve`, or say where it is with `--url` or `--ready-file`",
                "there is no server at {base}: {error}"
            )
        })?;
        let (status, mut body) = (response.status(), response.into_body());
        if status.is_success() {
            return Ok(body);
        }
        let text = body.read_to_string().unwrap_or_default();
        let error: Value = serde_json::from_str(&text).unwrap_or_default();
        let said = |member: &str| error["error"][member].as_str().unwrap_or_default().to_owned();
        Err(miette!(help = said("help"), "the server answers {status}: {}", said("message")))
    }

    fn agent(&self) -> miette::Result<Agent> {
        let mut tls = TlsConfig::builder()
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()));
        if self.ca.is_none() && self.url.starts_with("https:") {
            return Err(miette!(
                help = "name the server's ready file with `--ready-file FILE` instead: it says which CA to trust",
                "nothing is known of the certificate of {}",
                self.url
            ));
        }
        if let Some(ca) = &self.ca {
            let found = parse_pem(ca).filter_map(|item| match item {
                Ok(ureq::tls::PemItem::Certificate(certificate)) => Some(certificate),
                _ => None,
            });
            let found: Vec<Certificate<'static>> = found.collect();
            tls = tls.root_certs(RootCerts::new_with_certs(&found));
        }
        let config = Agent::config_builder().tls_config(tls.build()).http_status_as_error(false).proxy(None);
        Ok(config.build().into())
    }
}

/// A message as people read it. Its parts are the sender's words; what a terminal would obey is taken out on the way.
fn told(data: &str, is_loss: bool) -> String {
    let message: Value = serde_json::from_str(data).unwrap_or_default();
    let text = |member: &str| message[member].as_str().unwrap_or_default();
    if is_loss {
        return format!("{} messages were lost: they came faster than they were read", message["lost"]);
    }
    let time = text("enqueued").split_once('T').map_or("", |(_, time)| time);
    let time = time.get(..12).unwrap_or(time);
    let mut sender = text("device").to_owned();
    if let Some(module) = message["module"].as_str() {
        sender = format!("{sender}/{module}");
    }
    let body = match &message["body"] {
        Value::Null if message["bodyBase64"].is_string() => format!("base64 {}", text("bodyBase64")),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let properties = message["properties"].as_object().into_iter().flatten();
    if text("type") != "Telemetry" {
        let operation = message["properties"]["opType"].as_str().unwrap_or(text("type"));
        return format!("{time}Z  {sender}  [{operation}] {body}");
    }
    let properties = properties.map(|(name, value)| match value.as_str() {
        Some(value) => format!("  {name}={value}"),
        None => format!("  {name}"),
    });
    format!("{time}Z  {sender}  {body}{}", properties.collect::<String>())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn messages_are_told_in_one_line() {
        let message = json!({
            "seq": 3, "enqueued": "2026-03-01T12:00:01.123456Z", "type": "Telemetry", "device": "dev1", "module": null,
            "properties": {"level": "high", "flag": null}, "body": {"t": 21.5},
        });
        assert_eq!(told(&message.to_string(), false), "12:00:01.123Z  dev1  {\"t\":21.5}  flag  level=high");
        let notification = json!({
            "enqueued": "2026-03-01T12:00:01.123456Z", "type": "twinChangeEvents", "device": "dev1", "module": "m",
            "properties": {"opType": "updateTwin"}, "body": {"version": 2},
        });
        assert_eq!(
            told(&notification.to_string(), false),
            "12:00:01.123Z  dev1/m  [updateTwin] {\"version\":2}"
        );
        assert_eq!(told("{\"lost\":7}", true), "7 messages were lost: they came faster than they were read");
    }
}
