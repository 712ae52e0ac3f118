//! `cloud: identity.take-over`: somebody else connects with the device's identity.

use std::time::Duration;

use nanorig_cloud::hub::auth::Credentials;
use nanorig_cloud::hub::policy::well_known_key;
use nanorig_cloud::hub::session::{ConnectRequest, Front, Start};
use nanorig_cloud::hub::{Cause, Delivery, HubHandle, Identity, Outlet};
use nanorig_dut::{Args, CallSpec, Failure, Hand, Outcome, Param, ParamKind};
use nanorig_trace::event::ConnId;
use nanorig_wire::sas::SasToken;

use crate::calls::target;
use crate::calls::{Declared, boxed, results};
use crate::simulated::Stage;

pub(crate) const CALL: Declared =
    Declared { spec: &SPEC, perform: |stage, args| boxed(perform(stage, args)) };

static SPEC: CallSpec = CallSpec {
    hand: Hand::Cloud,
    name: "identity.take-over",
    summary: "Another client connects with the device's identity, which ends the device's connection. It stays until it is displaced.",
    params: &[
        Param {
            name: "times",
            kind: ParamKind::Integer { min: 1, max: 1_000 },
            required: false,
            doc: "How often; each time once the device has the identity back. Default 1.",
        },
        Param {
            name: "after",
            kind: ParamKind::Lasting { times: Some("times") },
            required: false,
            doc: "How long the device may have its identity before the next time. Default 5s.",
        },
        target::DEVICE,
        target::HUB,
    ],
    results: &[("taken", "times that the identity was taken")],
    needs: None,
    within: Duration::from_secs(3_600),
};

/// Whoever took the identity listens to nothing.
struct Intruder;

impl Outlet for Intruder {
    fn deliver(&self, _delivery: Delivery) {}

    fn close(&self, _cause: Cause) {}
}

/// The trace has no TCP connection of the intruder.
const NO_CONNECTION: ConnId = ConnId(0);

async fn perform(stage: Stage, args: Args) -> Outcome {
    let hub = target::hub(&stage, &args)?;
    let identity = target::identity(&stage, &args);
    let times = args.integer("times").unwrap_or(1);
    let after = args.duration("after").unwrap_or(Duration::from_secs(5));
    let mut intruder = None;
    for round in 0..times {
        if round > 0 {
            wait_until_back(&stage, &hub, &identity, intruder).await;
            stage.world.clock.sleep(after).await;
        }
        intruder = Some(take(&hub, &identity)?);
    }
    results([("taken", times.into())])
}

fn take(hub: &HubHandle, identity: &Identity) -> Result<nanorig_cloud::hub::ConnectionKey, Failure> {
    let expiry = hub.utc().unix_secs() + 86_400;
    let token = SasToken::sign(hub.host(), expiry, &well_known_key(), Some("iothubowner"));
    let credentials = Credentials::new(&token, &[]);
    let request = ConnectRequest {
        start: Start::Resumed,
        lasts: true,
        ..ConnectRequest::new(NO_CONNECTION, Front::Mqtt, hub.host(), identity, credentials)
    };
    let accepted = hub.connect(request, Intruder);
    accepted.map(|accepted| accepted.key).map_err(|refusal| Failure::new("refused", format!("{refusal:?}")))
}

/// Waits until the identity has a connection that is not the intruder's.
async fn wait_until_back(
    stage: &Stage,
    hub: &HubHandle,
    identity: &Identity,
    intruder: Option<nanorig_cloud::hub::ConnectionKey>,
) {
    let mut news = stage.world.recorder.watch();
    loop {
        news.mark_unchanged();
        let current = hub.with(|hub, _| hub.connection(identity));
        if current.is_some() && current != intruder {
            return;
        }
        if news.changed().await.is_err() {
            return;
        }
    }
}
