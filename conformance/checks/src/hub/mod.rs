//! Checks of the hub family.

use crate::Check;

/// This family's checks.
pub(crate) const CHECKS: &[Check] = &[];
