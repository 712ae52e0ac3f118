//! Quirks of TLS.

pub(super) mod deep_wildcard;
pub(super) mod matches_common_name;
pub(super) mod no_close_notify;
pub(super) mod no_handshake_timeout;
pub(super) mod no_sni;
pub(super) mod pins_leaf;
pub(super) mod skips_date_check;
pub(super) mod skips_name_check;
pub(super) mod skips_purpose_check;
pub(super) mod skips_server_verification;
pub(super) mod skips_signature_check;
pub(super) mod takes_truncation;
pub(super) mod tls_before_time;
