//! `network: ntp.answer` makes a time server misbehave.

use std::time::Duration;

use nanorig_dut::{Args, CallSpec, Hand, Outcome, Param, ParamKind};
use nanorig_world::lan::ntp::NtpAnswer;

use crate::calls::{Declared, boxed, done, failed};
use crate::simulated::Stage;

pub(crate) const CALL: Declared =
    Declared { spec: &SPEC, perform: |stage, args| boxed(perform(stage, args)) };

const HOW: &[&str] = &[
    "good",
    "silence",
    "bad-origin",
    "wrong-mode",
    "stratum-0",
    "stratum-16",
    "unsynchronized",
    "zero-transmit",
    "kiss-deny",
    "kiss-rstr",
    "kiss-rate",
    "lie",
];

static SPEC: CallSpec = CallSpec {
    hand: Hand::Network,
    name: "ntp.answer",
    summary: "Says how a time server answers.",
    params: &[
        Param { name: "how", kind: ParamKind::Choice(HOW), required: true, doc: "`lie` is off by `by`." },
        Param {
            name: "times",
            kind: ParamKind::Integer { min: 1, max: 1_000 },
            required: false,
            doc: "Only for the next so many requests, after those that are waiting already. Default: until changed.",
        },
        Param {
            name: "server",
            kind: ParamKind::Integer { min: 1, max: 8 },
            required: false,
            doc: "Which time server. Default 1.",
        },
        Param {
            name: "by",
            kind: ParamKind::Duration,
            required: false,
            doc: "How far in the future a lie is. Default 365d.",
        },
    ],
    results: &[],
    needs: Some("net.sntp"),
    within: Duration::from_secs(1),
};

async fn perform(stage: Stage, args: Args) -> Outcome {
    let number = args.integer("server").and_then(|server| usize::try_from(server).ok()).unwrap_or(1);
    let Some(server) = stage.network.ntp.get(number - 1) else {
        return failed("unknown-host", format!("there is no time server {number}"));
    };
    let lie = args.duration("by").unwrap_or(Duration::from_secs(365 * 86_400));
    let answer = match args.text("how").unwrap_or("good") {
        "silence" => NtpAnswer::Silence,
        "bad-origin" => NtpAnswer::BadOrigin,
        "wrong-mode" => NtpAnswer::WrongMode,
        "stratum-0" => NtpAnswer::StratumZero,
        "stratum-16" => NtpAnswer::StratumSixteen,
        "unsynchronized" => NtpAnswer::Unsynchronized,
        "zero-transmit" => NtpAnswer::ZeroTransmit,
        "kiss-deny" => NtpAnswer::KissDeny,
        "kiss-rstr" => NtpAnswer::KissRestrict,
        "kiss-rate" => NtpAnswer::KissRate,
        "lie" => NtpAnswer::Lie { seconds: i64::try_from(lie.as_secs()).unwrap_or(i64::MAX) },
        _ => NtpAnswer::Good,
    };
    match args.integer("times").and_then(|times| usize::try_from(times).ok()) {
        Some(times) => server.queue(&vec![answer; times]),
        None => server.set_answer(answer),
    }
    done()
}
