//! Calls that other crates declare: link faults and hostile stimuli.
//!
//! Their declarations are turned into calls once in a process; what they do stays where it is.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use nanorig_cloud::hostile;
use nanorig_dut::{Args, CallSpec, Hand, Outcome, Param, ParamKind};
use nanorig_world::fault;
use serde_json::Value;

use super::{CallEntry, boxed, done, failed};
use crate::simulated::Stage;

/// Lives as long as the process: declarations are made once.
fn forever<T>(items: Vec<T>) -> &'static [T] {
    Vec::leak(items)
}

/// One call for each link fault. It ends after `for`, or with `heal`.
pub(super) fn link_faults() -> Vec<CallEntry> {
    fault::ALL.iter().map(link_fault).collect()
}

fn link_fault(declared: &'static fault::FaultSpec) -> CallEntry {
    let kind = |kind| match kind {
        fault::ParamKind::Duration => ParamKind::Duration,
        fault::ParamKind::Share => ParamKind::Share,
        fault::ParamKind::Count { min, max } => ParamKind::Integer {
            min: min.try_into().unwrap_or(i64::MAX),
            max: max.try_into().unwrap_or(i64::MAX),
        },
        fault::ParamKind::Choice(words) => ParamKind::Choice(words),
    };
    let mut params: Vec<Param> = declared
        .params
        .iter()
        .map(|param| Param { name: param.name, kind: kind(param.kind), required: false, doc: param.doc })
        .collect();
    if params.iter().all(|param| param.name != "for") {
        params.push(Param {
            name: "for",
            kind: ParamKind::Duration,
            required: false,
            doc: "How long. Default: until `heal`.",
        });
    }
    let spec = CallSpec {
        hand: Hand::Network,
        name: declared.name,
        summary: declared.summary,
        params: forever(params),
        results: &[],
        needs: Some("netfault"),
        within: Duration::from_secs(1),
    };
    let spec = &forever(vec![spec])[0];
    CallEntry {
        spec,
        perform: Arc::new(move |stage, args| boxed(async move { insert(&stage, declared, &args) })),
    }
}

fn insert(stage: &Stage, declared: &'static fault::FaultSpec, args: &Args) -> Outcome {
    let own = |name: &str| declared.params.iter().find(|param| param.name == name);
    let given =
        args.0.iter().filter_map(|(name, value)| Some((name.clone(), param(own(name)?.kind, value)?)));
    let params = fault::Params(given.collect::<BTreeMap<_, _>>());
    match declared.make(&params) {
        Ok(fault) => {
            stage.insert_fault(declared.name, fault, args.duration("for"));
            done()
        }
        Err(error) => failed("arguments", error.to_string()),
    }
}

fn param(kind: fault::ParamKind, value: &Value) -> Option<fault::Param> {
    Some(match kind {
        fault::ParamKind::Duration => fault::Param::Duration(Duration::from_micros(value.as_u64()?)),
        fault::ParamKind::Share => fault::Param::Share(value.as_f64()?),
        fault::ParamKind::Count { .. } => fault::Param::Count(value.as_u64()?),
        fault::ParamKind::Choice(_) => fault::Param::Text(value.as_str()?.to_owned()),
    })
}

/// One call for each hostile stimulus of the cloud.
pub(super) fn hostile_stimuli() -> Vec<CallEntry> {
    hostile::ALL.iter().copied().map(hostile_stimulus).collect()
}

fn hostile_stimulus(declared: &'static hostile::Spec) -> CallEntry {
    let kind = |kind| match kind {
        hostile::ParamKind::Text => ParamKind::Text,
        hostile::ParamKind::Flag => ParamKind::Flag,
        hostile::ParamKind::Integer { min, max } => ParamKind::Integer { min, max },
        hostile::ParamKind::Duration => ParamKind::Duration,
        hostile::ParamKind::Size => ParamKind::Size { min: 0, max: 1 << 30 },
        hostile::ParamKind::Choice(words) => ParamKind::Choice(words),
    };
    let params = declared
        .params
        .iter()
        .chain(hostile::BOUNDS)
        .map(|param| Param {
            name: param.name,
            kind: kind(param.kind),
            required: param.required,
            doc: param.doc,
        })
        .collect();
    let spec = CallSpec {
        hand: Hand::Cloud,
        name: declared.name,
        summary: declared.summary,
        params: forever(params),
        results: &[],
        needs: None,
        within: Duration::from_secs(1),
    };
    let spec = &forever(vec![spec])[0];
    CallEntry {
        spec,
        perform: Arc::new(move |stage, args| boxed(async move { apply(&stage, declared.name, args) })),
    }
}

fn apply(stage: &Stage, name: &str, args: Args) -> Outcome {
    match stage.cloud.hostiles.apply(name, &hostile::Args(args.0), stage.world.clock.now()) {
        Ok(_) => done(),
        Err(error) => failed("arguments", error.to_string()),
    }
}
