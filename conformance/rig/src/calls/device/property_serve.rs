//! `device: property.serve` makes a writable property.

use std::sync::Arc;
use std::time::Duration;

use nanorig_dut::{Args, CallSpec, Hand, Outcome, Param, ParamKind};
use nanorig_mcu::client::hub::WritableProperty;
use serde_json::Value;

use crate::calls::{Declared, boxed, done};
use crate::simulated::Stage;

pub(crate) const CALL: Declared =
    Declared { spec: &SPEC, perform: |stage, args| boxed(perform(stage, args)) };

static SPEC: CallSpec = CallSpec {
    hand: Hand::Device,
    name: "property.serve",
    summary: "Takes and acknowledges a writable property from now on, also after a boot.",
    params: &[
        Param { name: "name", kind: ParamKind::Text, required: true, doc: "Property name." },
        Param {
            name: "component",
            kind: ParamKind::Text,
            required: false,
            doc: "Component. Default: the device itself.",
        },
        Param {
            name: "initial",
            kind: ParamKind::Json,
            required: false,
            doc: "The device's own value, reported with `ac` 203.",
        },
        Param {
            name: "minimum",
            kind: ParamKind::Number,
            required: false,
            doc: "Smaller numbers are refused, and everything that is no number.",
        },
        Param {
            name: "maximum",
            kind: ParamKind::Number,
            required: false,
            doc: "Larger numbers are refused, and everything that is no number.",
        },
    ],
    results: &[],
    needs: Some("hub.twin"),
    within: Duration::from_secs(5),
};

async fn perform(stage: Stage, args: Args) -> Outcome {
    let (minimum, maximum) = (args.number("minimum"), args.number("maximum"));
    let mut property = WritableProperty::new(args.text("name").unwrap_or_default());
    property.component = args.text("component").map(str::to_owned);
    property.initial = args.value("initial").cloned();
    if minimum.is_some() || maximum.is_some() {
        let (low, high) = (minimum.unwrap_or(f64::MIN), maximum.unwrap_or(f64::MAX));
        property.check = Arc::new(move |value: &Value| match value.as_f64() {
            Some(number) if (low..=high).contains(&number) => Ok(()),
            Some(number) => Err(format!("{number} is not within {low} and {high}")),
            None => Err("not a number".to_owned()),
        });
    }
    stage.application.serve_property(property);
    done()
}
