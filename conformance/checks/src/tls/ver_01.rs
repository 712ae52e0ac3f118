//! TLS-VER-01: TLS 1.2 or 1.3 is offered, and nothing below.

use crate::view::Connection;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "TLS-VER-01", always: true, judge };

const TLS_1_2: u16 = 0x0303;
const TLS_1_3: u16 = 0x0304;

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for connection in view.connections() {
        offer(view, connection, &mut tally);
        if let Some(tls) = connection.tls
            && !matches!(tls.version, "TLSv1.2" | "TLSv1.3")
        {
            tally.bad(tls.at, format!("accepts {}", tls.version));
        }
    }
    tally.finish(
        "only TLS 1.2 and 1.3 were offered",
        "a version below TLS 1.2 was offered",
        "no ClientHello was seen",
    )
}

fn offer(view: &View<'_>, connection: &Connection<'_>, tally: &mut Tally) {
    let Some(seen) = &connection.hello else { return };
    let hello = match &seen.content {
        Ok(hello) => hello,
        // A link that bends bytes is no fault of the device.
        Err(_) if view.disturbed(seen.at.time, seen.at.time) => return,
        Err(error) => return tally.bad(seen.at, format!("the ClientHello is malformed: {error}")),
    };
    let old: Vec<&u16> =
        hello.versions.iter().filter(|version| (0x0002..TLS_1_2).contains(*version)).collect();
    if let Some(old) = old.first() {
        tally.bad(seen.at, format!("offers the version {old:#06x}"));
    } else if hello.legacy_version < TLS_1_2 {
        tally.bad(seen.at, format!("offers at most the version {:#06x}", hello.legacy_version));
    } else if !matches!(hello.highest_version(), TLS_1_2 | TLS_1_3) {
        tally.bad(seen.at, format!("offers {:#06x}, which is no version", hello.highest_version()));
    } else {
        let highest = if hello.highest_version() == TLS_1_3 { "1.3" } else { "1.2" };
        tally.good(seen.at, format!("offers at most TLS {highest}, and nothing below 1.2"));
    }
}
