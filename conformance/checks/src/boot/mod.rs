//! Checks of bring-up after a start.

mod boot_01;

use crate::Check;

pub(crate) use boot_01::UNSET_BEFORE;

/// This family's checks.
pub(crate) const CHECKS: &[Check] = &[boot_01::CHECK];
