//! TLS-CLOSE-01: an orderly end is said before the TCP connection is closed.

use nanorig_trace::event::{CloseHow, Party};
use nanorig_wire::mqtt::Packet;

use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "TLS-CLOSE-01", always: false, judge };

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for connection in view.connections().iter().filter(|connection| connection.tls.is_some()) {
        // Only an end that the device planned is orderly: its last packet is DISCONNECT.
        let planned = matches!(connection.sent().next_back(), Some((_, Packet::Disconnect)));
        let Some(closed) = connection.closed.filter(|closed| planned && closed.by == Party::Device) else {
            continue;
        };
        match closed.how {
            CloseHow::Orderly => tally.good(closed.at, "close_notify comes before the end"),
            CloseHow::Fin => tally.bad(closed.at, "the connection is closed without close_notify"),
            CloseHow::Reset => tally.bad(closed.at, "the connection is reset without close_notify"),
            CloseHow::Timeout | CloseHow::Violation => {}
        }
    }
    tally.finish(
        "planned ends were said by close_notify",
        "a planned end was not said by close_notify",
        "the device did not end a TLS connection by itself",
    )
}
