//! Quirks of direct methods.

pub(super) mod answers_method_after_reconnect;
pub(super) mod method_status_as_word;
pub(super) mod no_method_subscription;
pub(super) mod one_method_at_a_time;
pub(super) mod rid_upper_hex;
pub(super) mod silent_on_invalid_json;
pub(super) mod silent_on_unknown_method;
pub(super) mod wrong_rid;
