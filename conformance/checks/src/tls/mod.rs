//! Checks of the TLS client.

mod acceptance;
mod refusal;
mod suites;
#[cfg(test)]
mod tests;
mod tls_chain_01;
mod tls_chain_02;
mod tls_chain_03;
mod tls_chain_04;
mod tls_chain_07;
mod tls_cipher_01;
mod tls_cipher_02;
mod tls_close_01;
mod tls_mtls_01;
mod tls_mtls_02;
mod tls_name_01;
mod tls_name_04;
mod tls_rec_01;
mod tls_root_01;
mod tls_root_02;
mod tls_root_03;
mod tls_time_01;
mod tls_time_02;
mod tls_ver_01;

use crate::Check;

/// This family's checks.
pub(crate) const CHECKS: &[Check] = &[
    tls_ver_01::CHECK,
    tls_cipher_01::CHECK,
    tls_cipher_02::CHECK,
    tls_chain_01::CHECK,
    tls_chain_02::CHECK,
    tls_chain_03::CHECK,
    tls_chain_04::CHECK,
    tls_chain_07::CHECK,
    tls_name_01::CHECK,
    tls_name_04::CHECK,
    tls_time_01::CHECK,
    tls_time_02::CHECK,
    tls_root_01::CHECK,
    tls_root_02::CHECK,
    tls_root_03::CHECK,
    tls_rec_01::CHECK,
    tls_close_01::CHECK,
    tls_mtls_01::CHECK,
    tls_mtls_02::CHECK,
];
