//! `cloud: certificate` changes the chain that servers present.

use std::time::Duration;

use nanorig_cloud::front::tls::TlsVersions;
use nanorig_dut::{Args, CallSpec, Hand, Outcome, Param, ParamKind};

use crate::calls::{Declared, boxed, done, failed};
use crate::simulated::Stage;

pub(crate) const CALL: Declared =
    Declared { spec: &SPEC, perform: |stage, args| boxed(perform(stage, args)) };

static SPEC: CallSpec = CallSpec {
    hand: Hand::Cloud,
    name: "certificate",
    summary: "Changes the certificate chain of all servers for connections from now on.",
    params: &[
        Param {
            name: "kind",
            kind: ParamKind::Text,
            required: false,
            doc: "Kind of chain, as `nanorig list certificates` names them.",
        },
        Param {
            name: "root",
            kind: ParamKind::Text,
            required: false,
            doc: "Root that it leads to, as `nanorig list roots` names them.",
        },
        Param {
            name: "tls",
            kind: ParamKind::Choice(TlsVersions::WORDS),
            required: false,
            doc: "TLS versions.",
        },
        Param {
            name: "record-size",
            kind: ParamKind::Size { min: 32, max: 16_389 },
            required: false,
            doc: "Largest TLS record that the servers send, 32B to 16389B.",
        },
    ],
    results: &[],
    needs: None,
    within: Duration::from_secs(5),
};

async fn perform(stage: Stage, args: Args) -> Outcome {
    let kind = match args.text("kind").map(str::parse).transpose() {
        Ok(kind) => kind,
        Err(_) => {
            return failed("arguments", "there is no such kind of chain; see `nanorig list certificates`");
        }
    };
    let root = match args.text("root").map(str::parse).transpose() {
        Ok(root) => root,
        Err(_) => return failed("arguments", "there is no such root; see `nanorig list roots`"),
    };
    let changed = stage.cloud.tls.change(|settings| {
        settings.chain = kind.unwrap_or(settings.chain);
        settings.root = root.unwrap_or(settings.root);
        settings.versions = args.text("tls").and_then(TlsVersions::of_word).unwrap_or(settings.versions);
        settings.max_record_bytes = args.size("record-size").or(settings.max_record_bytes);
    });
    match changed {
        Ok(()) => done(),
        Err(error) => failed("arguments", error.to_string()),
    }
}
