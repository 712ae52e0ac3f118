//! Quirks of provisioning.

mod changes_registration_id;
mod dps_constant_backoff;
mod dps_keeps_session;
mod dps_no_policy_name;
mod dps_qos2;
mod group_key_not_derived;
mod hammers_dps;
mod ignores_assigned_device_id;
mod ignores_retry_after;
mod keeps_twin_over_move;
mod never_reprovisions;
mod new_operation_id;
mod one_dps_rid;
mod polls_for_ever;
mod registers_at_every_boot;
mod registers_before_subscribing;
mod registers_instead_of_polling;

use super::Quirk;

/// All of them, by name.
pub(super) const LIST: &[Quirk] = &[
    changes_registration_id::QUIRK,
    dps_constant_backoff::QUIRK,
    dps_keeps_session::QUIRK,
    dps_no_policy_name::QUIRK,
    dps_qos2::QUIRK,
    group_key_not_derived::QUIRK,
    hammers_dps::QUIRK,
    ignores_assigned_device_id::QUIRK,
    ignores_retry_after::QUIRK,
    keeps_twin_over_move::QUIRK,
    never_reprovisions::QUIRK,
    new_operation_id::QUIRK,
    one_dps_rid::QUIRK,
    polls_for_ever::QUIRK,
    registers_at_every_boot::QUIRK,
    registers_before_subscribing::QUIRK,
    registers_instead_of_polling::QUIRK,
];
