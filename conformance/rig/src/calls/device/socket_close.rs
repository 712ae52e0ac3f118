//! `device: socket.close` closes what the application holds open.

use std::time::Duration;

use nanorig_dut::{Args, CallSpec, Hand, Outcome};

use crate::calls::{Declared, boxed, results};
use crate::simulated::Stage;

pub(crate) const CALL: Declared =
    Declared { spec: &SPEC, perform: |stage, args| boxed(perform(stage, args)) };

static SPEC: CallSpec = CallSpec {
    hand: Hand::Device,
    name: "socket.close",
    summary: "Closes all connections that were opened with `tcp.open` and `tls.open`.",
    params: &[],
    results: &[("closed", "how many there were")],
    needs: None,
    within: Duration::from_secs(5),
};

async fn perform(stage: Stage, _args: Args) -> Outcome {
    results([("closed", stage.application.close_sockets().into())])
}
