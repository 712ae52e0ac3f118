//! Quirks that lose memory or sockets.

mod leaks_on_reconnect;
mod leaks_per_message;
mod leaks_socket;
mod stops_when_out_of_memory;

use super::Quirk;

/// All of them, by name.
pub(super) const LIST: &[Quirk] = &[
    leaks_on_reconnect::QUIRK,
    leaks_per_message::QUIRK,
    leaks_socket::QUIRK,
    stops_when_out_of_memory::QUIRK,
];
