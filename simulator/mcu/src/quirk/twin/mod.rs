//! Quirks of the device twin.

pub(super) mod asks_twin_before_subscribing;
pub(super) mod fails_on_unknown_property;
pub(super) mod hammers_twin;
pub(super) mod ignores_desired_gap;
pub(super) mod ignores_desired_order;
pub(super) mod ignores_null;
pub(super) mod ignores_twin_status;
pub(super) mod never_reads_twin;
pub(super) mod no_twin_get_after_reconnect;
pub(super) mod repeats_bad_report;
pub(super) mod reports_invalid_json;
pub(super) mod small_twin_buffer;
pub(super) mod takes_first_twin_answer;
