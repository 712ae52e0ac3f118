//! Quirks that lose memory or sockets.

pub(super) mod leaks_on_reconnect;
pub(super) mod leaks_per_message;
pub(super) mod leaks_socket;
pub(super) mod stops_when_out_of_memory;
