//! Quirks of provisioning.

pub(super) mod changes_registration_id;
pub(super) mod dps_constant_backoff;
pub(super) mod dps_keeps_session;
pub(super) mod dps_no_policy_name;
pub(super) mod dps_qos2;
pub(super) mod group_key_not_derived;
pub(super) mod hammers_dps;
pub(super) mod ignores_assigned_device_id;
pub(super) mod ignores_retry_after;
pub(super) mod keeps_twin_over_move;
pub(super) mod never_reprovisions;
pub(super) mod new_operation_id;
pub(super) mod one_dps_rid;
pub(super) mod polls_for_ever;
pub(super) mod registers_at_every_boot;
pub(super) mod registers_before_subscribing;
pub(super) mod registers_instead_of_polling;
