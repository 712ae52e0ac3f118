//! Checks of the recon family.

use crate::Check;

/// This family's checks.
pub(crate) const CHECKS: &[Check] = &[];
