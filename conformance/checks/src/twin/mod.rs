//! Checks of device twins.

mod get_01;
pub(crate) mod get_02;
pub(crate) mod rep_01;
mod size_01;
mod ver_01;
mod ver_02;

use crate::Check;

/// This family's checks.
pub(crate) const CHECKS: &[Check] =
    &[get_01::CHECK, get_02::CHECK, rep_01::CHECK, size_01::CHECK, ver_01::CHECK, ver_02::CHECK];
