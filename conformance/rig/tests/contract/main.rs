//! What every device under test must keep, written once for all of them.

#![expect(clippy::unwrap_used, reason = "helpers of tests are not seen as tests")]

mod contract;
mod simulated;
