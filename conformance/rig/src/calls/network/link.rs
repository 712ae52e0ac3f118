//! `network: link` changes what the link is like.

use std::time::Duration;

use nanorig_dut::{Args, CallSpec, Hand, Outcome, Param, ParamKind};
use nanorig_world::PathSettings;

use crate::calls::{Declared, boxed, done};
use crate::simulated::Stage;

pub(crate) const CALL: Declared =
    Declared { spec: &SPEC, perform: |stage, args| boxed(perform(stage, args)) };

static SPEC: CallSpec = CallSpec {
    hand: Hand::Network,
    name: "link",
    summary: "Changes the link: what is given changes, the rest stays.",
    params: &[
        Param { name: "latency", kind: ParamKind::Duration, required: false, doc: "One-way delay." },
        Param {
            name: "jitter",
            kind: ParamKind::Duration,
            required: false,
            doc: "Largest additional random delay.",
        },
        Param { name: "loss", kind: ParamKind::Share, required: false, doc: "Share of frames lost." },
        Param {
            name: "duplicate",
            kind: ParamKind::Share,
            required: false,
            doc: "Share of frames duplicated.",
        },
        Param {
            name: "corrupt",
            kind: ParamKind::Share,
            required: false,
            doc: "Share of frames with a flipped bit.",
        },
        Param {
            name: "reorder",
            kind: ParamKind::Share,
            required: false,
            doc: "Share of frames that others overtake.",
        },
        Param {
            name: "bandwidth",
            kind: ParamKind::Integer { min: 1_200, max: 10_000_000_000 },
            required: false,
            doc: "Bits per second.",
        },
        Param {
            name: "mtu",
            kind: ParamKind::Integer { min: 576, max: 1_500 },
            required: false,
            doc: "Largest IP packet.",
        },
        Param {
            name: "direction",
            kind: ParamKind::Choice(&["both", "from-device", "to-device"]),
            required: false,
            doc: "Which way. Default both.",
        },
    ],
    results: &[],
    needs: Some("netfault"),
    within: Duration::from_secs(1),
};

async fn perform(stage: Stage, args: Args) -> Outcome {
    let mut settings = stage.network.link.settings();
    let direction = args.text("direction").unwrap_or("both");
    if direction != "to-device" {
        change(&mut settings.up, &args);
    }
    if direction != "from-device" {
        change(&mut settings.down, &args);
    }
    stage.network.link.set(settings);
    stage.network.tell_link(&stage.world);
    done()
}

fn change(path: &mut PathSettings, args: &Args) {
    if let Some(latency) = args.duration("latency") {
        path.latency = latency;
    }
    if let Some(jitter) = args.duration("jitter") {
        path.jitter = jitter;
    }
    for (name, share) in [
        ("loss", &mut path.loss),
        ("duplicate", &mut path.duplicate),
        ("corrupt", &mut path.corrupt),
        ("reorder", &mut path.reorder),
    ] {
        if let Some(given) = args.number(name) {
            *share = given;
        }
    }
    if let Some(bandwidth) = args.integer("bandwidth").and_then(|bits| u64::try_from(bits).ok()) {
        path.bandwidth = Some(bandwidth);
    }
    if let Some(mtu) = args.integer("mtu").and_then(|bytes| u16::try_from(bytes).ok()) {
        path.mtu = mtu;
    }
}
