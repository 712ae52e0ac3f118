//! Checks of what the network does to a device.

mod dns_01;
mod ip_01;
mod loss_01;
mod part_01;
mod restart_01;

use crate::Check;

/// This family's checks.
pub(crate) const CHECKS: &[Check] =
    &[loss_01::CHECK, part_01::CHECK, dns_01::CHECK, ip_01::CHECK, restart_01::CHECK];
