//! What the network, its services and the operator's hand can be told.

mod access_point;
mod dhcp_answer;
mod dhcp_lease;
mod dns_answer;
mod heal;
mod host_move;
mod link;
mod ntp_answer;
mod ntp_offset;

use super::Declared;

/// All of them.
pub(crate) const LIST: &[Declared] = &[
    access_point::CALL,
    dhcp_answer::CALL,
    dhcp_lease::CALL,
    dns_answer::CALL,
    heal::CALL,
    host_move::CALL,
    link::CALL,
    ntp_answer::CALL,
    ntp_offset::CALL,
];
