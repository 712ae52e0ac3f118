//! Checks of the recon family.

pub(crate) mod growth;

use crate::Check;

/// This family's checks.
pub(crate) const CHECKS: &[Check] = &[];
