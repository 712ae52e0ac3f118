//! Checks of the SNTP client (RFC 5905, RFC 4330).

pub(crate) mod exchange;
mod sntp_01;
mod sntp_02;
mod sntp_03;
mod sntp_04;
mod sntp_05;

use crate::Check;

/// This family's checks.
pub(crate) const CHECKS: &[Check] =
    &[sntp_01::CHECK, sntp_02::CHECK, sntp_03::CHECK, sntp_04::CHECK, sntp_05::CHECK];
