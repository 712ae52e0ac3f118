//! Quirks of direct methods.

mod answers_method_after_reconnect;
mod method_status_as_word;
mod no_method_subscription;
mod one_method_at_a_time;
mod repeats_method;
mod rid_upper_hex;
mod silent_on_invalid_json;
mod silent_on_unknown_method;
mod wrong_rid;

use super::Quirk;

/// All of them, by name.
pub(super) const LIST: &[Quirk] = &[
    answers_method_after_reconnect::QUIRK,
    method_status_as_word::QUIRK,
    no_method_subscription::QUIRK,
    one_method_at_a_time::QUIRK,
    repeats_method::QUIRK,
    rid_upper_hex::QUIRK,
    silent_on_invalid_json::QUIRK,
    silent_on_unknown_method::QUIRK,
    wrong_rid::QUIRK,
];
