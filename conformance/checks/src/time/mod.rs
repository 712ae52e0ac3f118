//! Checks of calendar time.

mod clock;
mod era_2036;
mod year_2038;

use crate::Check;

/// This family's checks.
pub(crate) const CHECKS: &[Check] = &[year_2038::CHECK, era_2036::CHECK];
