//! Quirks of reconnection.

mod constant_backoff;
mod linear_backoff;
mod no_auto_reconnect;
mod no_backoff;
mod no_jitter;
mod resets_backoff_at_once;
mod uncapped_backoff;

use super::Quirk;

/// All of them, by name.
pub(super) const LIST: &[Quirk] = &[
    constant_backoff::QUIRK,
    linear_backoff::QUIRK,
    no_auto_reconnect::QUIRK,
    no_backoff::QUIRK,
    no_jitter::QUIRK,
    resets_backoff_at_once::QUIRK,
    uncapped_backoff::QUIRK,
];
