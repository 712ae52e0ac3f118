//! Calls that have not ended.

use std::time::Duration;

use nanorig_dut::{Call, CallId, Hand, Outcome};
use nanorig_scenario::{Expected, Mismatch, Span};
use nanorig_trace::Time;
use serde_json::{Map, Value};

/// Which performer a call id belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Side {
    Device,
    Bench,
}

impl From<Hand> for Side {
    fn from(hand: Hand) -> Self {
        match hand {
            Hand::Device => Self::Device,
            Hand::Cloud | Hand::Network => Self::Bench,
        }
    }
}

/// A call that was started.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) side: Side,
    pub(crate) id: CallId,
    pub(crate) call: Call,
    pub(crate) expect: Option<(Expected, Span)>,
    pub(crate) within: Duration,
    pub(crate) deadline: tokio::time::Instant,
    pub(crate) index: u32,
    pub(crate) label: String,
    pub(crate) span: Span,
    pub(crate) started: Time,
}

/// Why a call's outcome is not what the step wants.
pub(crate) struct Disappointment {
    pub(crate) message: String,
    pub(crate) seen: String,
    pub(crate) span: Span,
}

impl Pending {
    /// Compares an outcome with what the step expects of it.
    pub(crate) fn judge(&self, outcome: &Outcome) -> Result<(), Disappointment> {
        let name = self.call.spec.name;
        let Some((expected, span)) = &self.expect else {
            return match outcome {
                Ok(_) => Ok(()),
                Err(failure) => Err(Disappointment {
                    message: format!("`{name}` failed: {}", failure.message),
                    seen: format!("error `{}`", failure.kind),
                    span: self.span,
                }),
            };
        };
        match expected.mismatches(&fields(outcome)).as_slice() {
            [] => Ok(()),
            wrong => Err(Disappointment {
                message: match outcome {
                    Err(failure) if wrong.iter().all(|wrong| wrong.field != "error") => {
                        format!("`{name}` failed: {}", failure.message)
                    }
                    _ => format!("`{name}` ended with another {} than expected", names(wrong)),
                },
                seen: seen(wrong, outcome),
                span: *span,
            }),
        }
    }
}

/// The fields that are wrong, each in quotes.
fn names(wrong: &[Mismatch]) -> String {
    let quoted: Vec<String> = wrong.iter().map(|wrong| format!("`{}`", wrong.field)).collect();
    match quoted.as_slice() {
        [others @ .., last] if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        _ => quoted.concat(),
    }
}

/// What was seen of each wrong field. A single one needs no name: the message has it.
fn seen(wrong: &[Mismatch], outcome: &Outcome) -> String {
    let one = |Mismatch { field, wanted, found }: &Mismatch| match (found, outcome) {
        (Some(found), _) if wrong.len() == 1 => format!("`{found}`, expected `{wanted}`"),
        (Some(found), _) => format!("`{field}: {found}`, expected `{wanted}`"),
        (None, Err(failure)) => format!("error `{}`, expected `{field}: {wanted}`", failure.kind),
        (None, Ok(_)) => format!("no `{field}`, expected `{wanted}`"),
    };
    wrong.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// An outcome as the fields that scenarios compare: a failure's kind is `error`.
pub(crate) fn fields(outcome: &Outcome) -> Map<String, Value> {
    match outcome {
        Ok(fields) => fields.clone(),
        Err(failure) => Map::from_iter([
            ("error".to_owned(), Value::from(failure.kind.as_str())),
            ("message".to_owned(), Value::from(failure.message.as_str())),
        ]),
    }
}
