//! `cloud: twin.desired` changes desired properties.

use std::time::Duration;

use nanorig_cloud::hub::registry::IfMatch;
use nanorig_cloud::hub::twin::{Replacement, TwinUpdate};
use nanorig_dut::{Args, CallSpec, Hand, Outcome, Param, ParamKind};
use serde_json::{Map, Value};

use crate::calls::target::{self, refused};
use crate::calls::{Declared, boxed, failed, results};
use crate::simulated::Stage;

pub(crate) const CALL: Declared =
    Declared { spec: &SPEC, perform: |stage, args| boxed(perform(stage, args)) };

static SPEC: CallSpec = CallSpec {
    hand: Hand::Cloud,
    name: "twin.desired",
    summary: "Changes desired properties of a twin: a merge patch, in which null deletes.",
    params: &[
        Param { name: "patch", kind: ParamKind::Json, required: true, doc: "The patch, a map." },
        Param {
            name: "size",
            kind: ParamKind::Size { min: 1 << 10, max: 32 << 10 },
            required: false,
            doc: "Texts of this size, as the hub counts it, are added to the patch.",
        },
        Param {
            name: "replace",
            kind: ParamKind::Flag,
            required: false,
            doc: "True: the map becomes the whole section. Default false.",
        },
        target::DEVICE,
        target::HUB,
    ],
    results: &[("version", "new `$version` of the desired section")],
    needs: Some("hub.twin"),
    within: Duration::from_secs(5),
};

async fn perform(stage: Stage, args: Args) -> Outcome {
    let Some(Value::Object(mut patch)) = args.value("patch").cloned() else {
        return failed("arguments", "`patch` must be a map");
    };
    if let Some(size) = args.size("size") {
        patch.extend(texts(size));
    }
    let hub = target::hub(&stage, &args)?;
    let identity = target::identity(&stage, &args);
    let replacement = if args.flag("replace") { Replacement::Whole } else { Replacement::Merge };
    let update = TwinUpdate { desired: Some(Value::Object(patch)), tags: None, replacement };
    let twin = hub.with(|hub, now| hub.update_twin(now, &identity, &update, &IfMatch::Any));
    let twin = twin.map_err(|error| refused(&error))?;
    let version = twin.pointer("/properties/desired/$version").cloned().unwrap_or_default();
    results([("version", version)])
}

/// Properties with names of eight characters and texts that the hub takes, of this size together.
fn texts(size: usize) -> Map<String, Value> {
    const NAME: usize = 8;
    const MOST: usize = 4_096 + NAME;
    let count = size.div_ceil(MOST);
    let text = |number: usize| {
        let share = size / count + usize::from(number < size % count);
        (format!("text-{number:03}"), Value::from("x".repeat(share - NAME)))
    };
    (0..count).map(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_have_the_size_asked_for_and_none_is_too_long() {
        for size in [1 << 10, 4_104, 4_105, 8 << 10, 32 << 10] {
            let texts = texts(size);
            let lengths = texts.iter().map(|(name, text)| (name.len(), text.as_str().unwrap().len()));
            assert_eq!(lengths.clone().map(|(name, text)| name + text).sum::<usize>(), size);
            assert!(lengths.clone().all(|(_, text)| text <= 4_096), "{size}");
        }
    }
}
