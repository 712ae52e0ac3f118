//! Checks of the method family.

use crate::Check;

/// This family's checks.
pub(crate) const CHECKS: &[Check] = &[];
