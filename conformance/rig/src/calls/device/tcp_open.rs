//! `device: tcp.open` opens plain connections.

use std::time::Duration;

use nanorig_dut::{Args, CallSpec, Hand, Outcome, Param, ParamKind};

use crate::calls::{Declared, boxed, failed, results};
use crate::simulated::{HeldSocket, Stage};

pub(crate) const CALL: Declared =
    Declared { spec: &SPEC, perform: |stage, args| boxed(perform(stage, args)) };

/// Parameter: where to.
pub(super) const HOST: Param =
    Param { name: "host", kind: ParamKind::Text, required: true, doc: "Host name or IPv4 address." };

/// Parameter: where to.
pub(super) const PORT: Param =
    Param { name: "port", kind: ParamKind::Integer { min: 1, max: 65_535 }, required: true, doc: "Port." };

static SPEC: CallSpec = CallSpec {
    hand: Hand::Device,
    name: "tcp.open",
    summary: "Opens plain TCP connections and keeps them.",
    params: &[
        HOST,
        PORT,
        Param {
            name: "count",
            kind: ParamKind::Integer { min: 1, max: 1_000 },
            required: false,
            doc: "How many, one after the other. Default 1.",
        },
    ],
    results: &[("opened", "connections that are open now")],
    needs: None,
    within: Duration::from_secs(60),
};

async fn perform(stage: Stage, args: Args) -> Outcome {
    let count = args.integer("count").unwrap_or(1);
    let port = args.integer("port").and_then(|port| u16::try_from(port).ok()).unwrap_or_default();
    for _ in 0..count {
        match stage.mcu.connect_host(args.text("host").unwrap_or_default(), port).await {
            Ok(stream) => stage.application.hold_socket(HeldSocket::Tcp(stream)),
            Err(error) => return failed(error.kind(), error.to_string()),
        }
    }
    results([("opened", count.into())])
}
