//! Builds what a run needs and implements [`Device`](nanorig_dut::Device) and
//! [`Bench`](nanorig_dut::Bench).
//!
//! [`simulated`] joins the emulated board, the cloud and the network in one process. Boards
//! and programs will stand beside it. Each call that a scenario can make is one file below `calls/`.

mod calls;
pub mod simulated;
mod vocabulary;

pub use vocabulary::{quirks_that_fail, sha256_hex, stimuli_that_provoke, vocabulary};
