//! Checks of the DHCP client (RFC 2131).

mod dhcp_01;
mod dhcp_02;
mod dhcp_03;
mod dhcp_04;

use crate::Check;

/// This family's checks.
pub(crate) const CHECKS: &[Check] = &[dhcp_01::CHECK, dhcp_02::CHECK, dhcp_03::CHECK, dhcp_04::CHECK];
