//! Checks of reconnection and back-off.

mod backoff_01;
mod backoff_02;
mod backoff_03;
mod backoff_04;
pub(crate) mod growth;
mod int_01;
mod jitter_01;
mod long_01;
mod series;
mod state_01;

use crate::Check;

/// This family's checks.
pub(crate) const CHECKS: &[Check] = &[
    backoff_01::CHECK,
    backoff_02::CHECK,
    backoff_03::CHECK,
    backoff_04::CHECK,
    int_01::CHECK,
    jitter_01::CHECK,
    long_01::CHECK,
    state_01::CHECK,
];
