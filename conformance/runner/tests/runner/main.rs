//! The runner against hands that do what the scenario's own text tells them.

#![expect(clippy::unwrap_used, reason = "helpers of tests are not seen as tests")]

mod calls;
mod ends;
mod expectations;
mod scripted;
mod skipping;
