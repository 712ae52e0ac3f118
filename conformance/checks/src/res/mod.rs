//! Checks of the res family.

use crate::Check;

/// This family's checks.
pub(crate) const CHECKS: &[Check] = &[];
