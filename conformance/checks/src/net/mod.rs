//! Checks of the net family.

use crate::Check;

/// This family's checks.
pub(crate) const CHECKS: &[Check] = &[];
