//! Quirks of TLS.

mod deep_wildcard;
mod ignores_record_errors;
mod matches_common_name;
mod no_close_notify;
mod no_handshake_reassembly;
mod no_handshake_timeout;
mod no_sni;
mod pins_leaf;
mod skips_date_check;
mod skips_name_check;
mod skips_purpose_check;
mod skips_server_verification;
mod skips_signature_check;
mod takes_short_records;
mod takes_truncation;
mod tls_before_time;

use super::Quirk;

/// All of them, by name.
pub(super) const LIST: &[Quirk] = &[
    deep_wildcard::QUIRK,
    ignores_record_errors::QUIRK,
    matches_common_name::QUIRK,
    no_close_notify::QUIRK,
    no_handshake_reassembly::QUIRK,
    no_handshake_timeout::QUIRK,
    no_sni::QUIRK,
    pins_leaf::QUIRK,
    skips_date_check::QUIRK,
    skips_name_check::QUIRK,
    skips_purpose_check::QUIRK,
    skips_server_verification::QUIRK,
    skips_signature_check::QUIRK,
    takes_short_records::QUIRK,
    takes_truncation::QUIRK,
    tls_before_time::QUIRK,
];
