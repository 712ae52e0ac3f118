//! TLS-NAME-04: the server is told the name that the device was configured with.

use std::net::IpAddr;

use crate::view::Connection;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "TLS-NAME-04", always: true, judge };

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for connection in view.connections() {
        judge_connection(view, connection, &mut tally);
    }
    tally.finish(
        "every server was told its configured name",
        "a server was not told its configured name",
        "no ClientHello to a named server was seen",
    )
}

fn judge_connection(view: &View<'_>, connection: &Connection<'_>, tally: &mut Tally) {
    let Some((at, hello)) = connection.client_hello() else { return };
    // Several names may lead to one address; the device had one of them in mind.
    let asked = || view.resolutions_to(*connection.server.ip(), connection.opened).map(|answer| &answer.name);
    match (&hello.sni, asked().next()) {
        // RFC 6066 3: literal addresses are not permitted.
        (Some(sni), _) if sni.parse::<IpAddr>().is_ok() => {
            tally.bad(at, format!("the server name is the address {sni}"));
        }
        (Some(sni), Some(latest)) if asked().all(|name| *name != **sni) => {
            tally.bad(at, format!("the server name is {sni}, although {latest} was asked for"));
        }
        (Some(sni), _) => tally.good(at, format!("the server name is {sni}")),
        (None, Some(latest)) => {
            tally.bad(at, format!("no server name is sent, although {latest} was asked for"))
        }
        (None, None) => {}
    }
}
