//! Checks of the DNS resolver (RFC 1035, RFC 5452).

mod dns_01;
mod dns_02;
mod dns_03;
mod dns_04;
mod dns_05;
mod dns_06;

use crate::Check;

/// This family's checks.
pub(crate) const CHECKS: &[Check] =
    &[dns_01::CHECK, dns_02::CHECK, dns_03::CHECK, dns_04::CHECK, dns_05::CHECK, dns_06::CHECK];
