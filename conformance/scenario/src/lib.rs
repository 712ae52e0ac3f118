//! Scenario files: text, to a syntax tree that remembers where everything stood, to a
//! plan in which every name exists, every unit is known and every argument fits.
//!
//! [`parse()`] reports all faults of a file at once, each as a [`Diagnostic`] that
//! underlines the text and says what to type. This crate knows the words of
//! [`nanorig_dut`] and nothing about how a device, a cloud or a network is built.

mod cross;
mod diagnostic;
mod expect;
mod plan;
mod read;
mod scalar;
mod schema;
mod section;
mod setup;
mod source;
mod steps;
mod suggest;
mod syntax;

pub use diagnostic::{Diagnostic, Faults};
pub use expect::{EventPattern, Expected, Mismatch};
pub use plan::{Plan, Step, StepKind};
pub use read::parse;
pub use schema::schema;
pub use source::{Source, Span};
pub use suggest::closest;
