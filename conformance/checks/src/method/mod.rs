//! Checks of direct methods.

pub(crate) mod method_01;
mod method_02;
mod method_03;
mod method_04;
mod method_05;

use crate::Check;

/// This family's checks.
pub(crate) const CHECKS: &[Check] =
    &[method_01::CHECK, method_02::CHECK, method_03::CHECK, method_04::CHECK, method_05::CHECK];
