//! Checks of the Device Provisioning Service.

mod assign_01;
mod assign_02;
mod att_01;
mod att_02;
mod att_03;
mod err_01;
mod err_02;
mod exchange;
mod poll_01;
mod poll_02;
mod poll_03;
mod reg_01;
mod reg_02;
mod reprov_01;
mod reprov_02;

use crate::Check;

/// This family's checks.
pub(crate) const CHECKS: &[Check] = &[
    att_01::CHECK,
    att_02::CHECK,
    att_03::CHECK,
    reg_01::CHECK,
    reg_02::CHECK,
    poll_01::CHECK,
    poll_02::CHECK,
    poll_03::CHECK,
    assign_01::CHECK,
    assign_02::CHECK,
    err_01::CHECK,
    err_02::CHECK,
    reprov_01::CHECK,
    reprov_02::CHECK,
];
