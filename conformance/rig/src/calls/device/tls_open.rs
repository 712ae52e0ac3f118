//! `device: tls.open` opens a TLS connection.

use std::net::SocketAddrV4;
use std::time::Duration;

use nanorig_dut::{Args, CallSpec, Hand, Outcome};
use nanorig_mcu::tls::{SslStream, TlsOptions};

use super::tcp_open::{HOST, PORT};
use crate::calls::{Declared, boxed, failed, results};
use crate::simulated::{HeldSocket, Stage};

pub(crate) const CALL: Declared =
    Declared { spec: &SPEC, perform: |stage, args| boxed(perform(stage, args)) };

static SPEC: CallSpec = CallSpec {
    hand: Hand::Device,
    name: "tls.open",
    summary: "Opens a TLS connection and keeps it.",
    params: &[HOST, PORT],
    results: &[("version", "negotiated version"), ("suite", "negotiated cipher suite")],
    needs: Some("tls12"),
    within: Duration::from_secs(90),
};

async fn perform(stage: Stage, args: Args) -> Outcome {
    let host = args.text("host").unwrap_or_default();
    let port = args.integer("port").and_then(|port| u16::try_from(port).ok()).unwrap_or_default();
    let address = match stage.mcu.resolve(host).await {
        Ok(addresses) => addresses.first().copied(),
        Err(error) => return failed(error.kind(), error.to_string()),
    };
    let Some(address) = address else {
        return failed("no-address", format!("{host} has no address"));
    };
    let remote = SocketAddrV4::new(address, port);
    match SslStream::connect(&stage.mcu, host, remote, &TlsOptions::default()).await {
        Ok(stream) => {
            let outcome = results([("version", stream.version().into()), ("suite", stream.suite().into())]);
            stage.application.hold_socket(HeldSocket::Tls(Box::new(stream)));
            outcome
        }
        Err(error) => failed(error.kind(), error.to_string()),
    }
}
