//! Checks of the pnp family.

use crate::Check;

/// This family's checks.
pub(crate) const CHECKS: &[Check] = &[];
