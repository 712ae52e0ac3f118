//! Checks of IoT Plug and Play conventions.

mod cmd_01;
mod id_01;
mod id_02;
mod model;
mod prop_02;
mod prop_03;
mod prop_04;
mod prop_05;
mod prop_06;
pub(crate) mod property;
mod tel_02;

use crate::Check;

/// This family's checks.
pub(crate) const CHECKS: &[Check] = &[
    id_01::CHECK,
    id_02::CHECK,
    prop_02::CHECK,
    prop_03::CHECK,
    prop_04::CHECK,
    prop_05::CHECK,
    prop_06::CHECK,
    cmd_01::CHECK,
    tel_02::CHECK,
];
