//! Checks of memory and sockets.

pub(crate) mod leak;

use crate::Check;

/// This family's checks.
pub(crate) const CHECKS: &[Check] = &[];
