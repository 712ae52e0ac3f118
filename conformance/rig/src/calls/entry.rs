//! A call with its executor.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use nanorig_dut::{Args, CallSpec, Failure, Fields, Outcome};
use serde_json::Value;

use crate::simulated::Stage;

/// A call that is being performed.
pub(crate) type Performing = Pin<Box<dyn Future<Output = Outcome> + Send>>;

/// A declaration and what performs it.
#[derive(Clone)]
pub(crate) struct CallEntry {
    pub(crate) spec: &'static CallSpec,
    pub(crate) perform: Arc<dyn Fn(Stage, Args) -> Performing + Send + Sync>,
}

/// A declaration and a plain function that performs it, as lists hold them.
#[derive(Clone, Copy)]
pub(crate) struct Declared {
    pub(crate) spec: &'static CallSpec,
    pub(crate) perform: fn(Stage, Args) -> Performing,
}

impl From<Declared> for CallEntry {
    fn from(declared: Declared) -> Self {
        let perform = declared.perform;
        Self { spec: declared.spec, perform: Arc::new(perform) }
    }
}

/// Boxes an async function so that lists can hold it.
pub(crate) fn boxed(future: impl Future<Output = Outcome> + Send + 'static) -> Performing {
    Box::pin(future)
}

/// Success without results.
pub(crate) fn done() -> Outcome {
    Ok(Fields::new())
}

/// Success with these results.
pub(crate) fn results<const N: usize>(fields: [(&str, Value); N]) -> Outcome {
    Ok(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// A failure that scenarios can expect by its kind.
pub(crate) fn failed(kind: impl Into<String>, message: impl Into<String>) -> Outcome {
    Err(Failure::new(kind, message))
}
