//! `network: dhcp.answer` makes the DHCP server misbehave.

use std::time::Duration;

use nanorig_dut::{Args, CallSpec, Hand, Outcome, Param, ParamKind};
use nanorig_world::lan::dhcp::Behaviour;

use crate::calls::{Declared, boxed, done};
use crate::simulated::Stage;

pub(crate) const CALL: Declared =
    Declared { spec: &SPEC, perform: |stage, args| boxed(perform(stage, args)) };

static SPEC: CallSpec = CallSpec {
    hand: Hand::Network,
    name: "dhcp.answer",
    summary: "Says how the DHCP server answers.",
    params: &[
        Param {
            name: "how",
            kind: ParamKind::Choice(&["normal", "silence", "nak", "offer-only", "silence-to-unicast"]),
            required: true,
            doc: "`offer-only` never acknowledges; `silence-to-unicast` leaves renewals unanswered, but not rebinding.",
        },
        Param {
            name: "for",
            kind: ParamKind::Duration,
            required: false,
            doc: "How long; then normal again. Default: until changed.",
        },
    ],
    results: &[],
    needs: Some("net.dhcp"),
    within: Duration::from_secs(1),
};

async fn perform(stage: Stage, args: Args) -> Outcome {
    let behaviour = match args.text("how").unwrap_or("normal") {
        "silence" => Behaviour::Silent,
        "nak" => Behaviour::Nak,
        "offer-only" => Behaviour::OfferOnly,
        "silence-to-unicast" => Behaviour::SilentToUnicast,
        _ => Behaviour::Normal,
    };
    let dhcp = stage.network.dhcp.clone();
    dhcp.set_behaviour(behaviour);
    if let Some(span) = args.duration("for") {
        let clock = stage.world.clock;
        tokio::spawn(async move {
            clock.sleep(span).await;
            dhcp.set_behaviour(Behaviour::Normal);
        });
    }
    done()
}
