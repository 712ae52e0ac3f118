//! Checks of IoT Hub: connection, tokens, messages.

mod c2d_01;
mod c2d_02;
mod c2d_03;
pub(crate) mod c2d_04;
mod conn_01;
mod conn_02;
mod conn_03;
mod conn_04;
mod d2c_01;
mod d2c_02;
mod d2c_03;
mod d2c_04;
mod d2c_05;
mod d2c_06;
mod mod_01;
pub(crate) mod repeated;
mod sas_01;
mod sas_02;
mod sas_03;
mod sas_04;
mod sas_05;
mod sas_06;
pub(crate) mod sequence;
mod series;
mod throt_01;
mod token;

use crate::Check;

/// This family's checks.
pub(crate) const CHECKS: &[Check] = &[
    conn_01::CHECK,
    conn_02::CHECK,
    conn_03::CHECK,
    conn_04::CHECK,
    sas_01::CHECK,
    sas_02::CHECK,
    sas_03::CHECK,
    sas_04::CHECK,
    sas_05::CHECK,
    sas_06::CHECK,
    d2c_01::CHECK,
    d2c_02::CHECK,
    d2c_03::CHECK,
    d2c_04::CHECK,
    d2c_05::CHECK,
    d2c_06::CHECK,
    c2d_01::CHECK,
    c2d_02::CHECK,
    c2d_03::CHECK,
    c2d_04::CHECK,
    throt_01::CHECK,
    mod_01::CHECK,
];
