//! Quirks of the device twin.

mod asks_twin_before_subscribing;
mod fails_on_unknown_property;
mod hammers_twin;
mod ignores_desired_gap;
mod ignores_desired_order;
mod ignores_null;
mod ignores_twin_status;
mod never_reads_twin;
mod no_twin_get_after_reconnect;
mod repeats_bad_report;
mod reports_invalid_json;
mod small_twin_buffer;
mod takes_first_twin_answer;

use super::Quirk;

/// All of them, by name.
pub(super) const LIST: &[Quirk] = &[
    asks_twin_before_subscribing::QUIRK,
    fails_on_unknown_property::QUIRK,
    hammers_twin::QUIRK,
    ignores_desired_gap::QUIRK,
    ignores_desired_order::QUIRK,
    ignores_null::QUIRK,
    ignores_twin_status::QUIRK,
    never_reads_twin::QUIRK,
    no_twin_get_after_reconnect::QUIRK,
    repeats_bad_report::QUIRK,
    reports_invalid_json::QUIRK,
    small_twin_buffer::QUIRK,
    takes_first_twin_answer::QUIRK,
];
