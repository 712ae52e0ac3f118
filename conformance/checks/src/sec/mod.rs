//! Checks of security hygiene.

mod replay_01;
mod secret_01;

use crate::Check;

/// This family's checks.
pub(crate) const CHECKS: &[Check] = &[secret_01::CHECK, replay_01::CHECK];
