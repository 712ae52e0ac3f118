//! `network: host.move` gives a cloud service another address.

use std::net::Ipv4Addr;
use std::time::Duration;

use nanorig_dut::{Args, CallSpec, Hand, Outcome, Param, ParamKind};

use crate::calls::{Declared, boxed, done, failed};
use crate::simulated::Stage;

pub(crate) const CALL: Declared =
    Declared { spec: &SPEC, perform: |stage, args| boxed(perform(stage, args)) };

static SPEC: CallSpec = CallSpec {
    hand: Hand::Network,
    name: "host.move",
    summary: "A host of the cloud moves: its name leads to another address, and the old one goes silent.",
    params: &[
        Param { name: "host", kind: ParamKind::Text, required: true, doc: "The host's name." },
        Param { name: "to", kind: ParamKind::Address, required: true, doc: "Its new address." },
    ],
    results: &[],
    needs: None,
    within: Duration::from_secs(1),
};

async fn perform(stage: Stage, args: Args) -> Outcome {
    let (Some(host), Some(to)) =
        (args.text("host"), args.text("to").and_then(|to| to.parse::<Ipv4Addr>().ok()))
    else {
        return failed("arguments", "`host` and `to` are needed");
    };
    match stage.move_host(host, to) {
        Ok(()) => done(),
        Err(message) => failed("unknown-host", message),
    }
}
