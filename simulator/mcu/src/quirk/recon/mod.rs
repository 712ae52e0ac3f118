//! Quirks of reconnection.

pub(super) mod constant_backoff;
pub(super) mod linear_backoff;
pub(super) mod no_auto_reconnect;
pub(super) mod no_backoff;
pub(super) mod no_jitter;
pub(super) mod resets_backoff_at_once;
pub(super) mod uncapped_backoff;
