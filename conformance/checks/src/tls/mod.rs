//! Checks of the TLS client.

mod acceptance;
mod bad_record;
mod chain_01;
mod chain_02;
mod chain_03;
mod chain_04;
mod chain_05;
mod chain_06;
mod chain_07;
mod cipher_01;
mod cipher_02;
mod close_01;
mod delivery;
mod hs_01;
mod mtls_01;
mod mtls_02;
mod name_01;
mod name_02;
mod name_03;
mod name_04;
mod presented;
mod rec_01;
mod rec_02;
mod rec_03;
mod rec_04;
mod rec_05;
mod refusal;
mod root_01;
mod root_02;
mod root_03;
mod root_04;
mod suites;
#[cfg(test)]
mod tests;
mod time_01;
mod time_02;
mod ver_01;

use crate::Check;

/// This family's checks.
pub(crate) const CHECKS: &[Check] = &[
    ver_01::CHECK,
    cipher_01::CHECK,
    cipher_02::CHECK,
    chain_01::CHECK,
    chain_02::CHECK,
    chain_03::CHECK,
    chain_04::CHECK,
    chain_05::CHECK,
    chain_06::CHECK,
    chain_07::CHECK,
    name_01::CHECK,
    name_02::CHECK,
    name_03::CHECK,
    name_04::CHECK,
    time_01::CHECK,
    time_02::CHECK,
    root_01::CHECK,
    root_02::CHECK,
    root_03::CHECK,
    root_04::CHECK,
    rec_01::CHECK,
    rec_02::CHECK,
    rec_03::CHECK,
    rec_04::CHECK,
    rec_05::CHECK,
    close_01::CHECK,
    mtls_01::CHECK,
    mtls_02::CHECK,
    hs_01::CHECK,
];
