//! `network: dhcp.lease` changes what the DHCP server leases.

use std::time::Duration;

use nanorig_dut::{Args, CallSpec, Hand, Outcome, Param, ParamKind};

use crate::calls::{Declared, boxed, done};
use crate::simulated::Stage;

pub(crate) const CALL: Declared =
    Declared { spec: &SPEC, perform: |stage, args| boxed(perform(stage, args)) };

static SPEC: CallSpec = CallSpec {
    hand: Hand::Network,
    name: "dhcp.lease",
    summary: "Changes the lease: renewals of an address of another subnet are refused, as after a change of network.",
    params: &[
        Param {
            name: "address",
            kind: ParamKind::Address,
            required: false,
            doc: "Address to lease, with a router ending in .1.",
        },
        Param { name: "time", kind: ParamKind::Duration, required: false, doc: "Lease time." },
    ],
    results: &[],
    needs: Some("net.dhcp"),
    within: Duration::from_secs(1),
};

async fn perform(stage: Stage, args: Args) -> Outcome {
    let mut settings = stage.network.dhcp.settings();
    if let Some(address) = args.text("address").and_then(|text| text.parse::<std::net::Ipv4Addr>().ok()) {
        let [a, b, c, _] = address.octets();
        settings.address = address;
        settings.router = std::net::Ipv4Addr::new(a, b, c, 1);
        if let Some(first) = settings.dns.first_mut() {
            *first = settings.router;
        }
        stage.network.serve_dns_at(&stage.world, settings.router);
    }
    if let Some(lease) = args.duration("time") {
        settings.lease = lease;
    }
    stage.network.dhcp.set(settings);
    done()
}
