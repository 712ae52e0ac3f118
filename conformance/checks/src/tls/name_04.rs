//! TLS-NAME-04: the server is told the name that the device was configured with.

use std::net::IpAddr;

use nanorig_wire::lan::dns::Name;

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
    let asked: Vec<&Name> = view
        .resolutions()
        .iter()
        .filter(|answer| answer.answered < connection.opened && answer.addresses.contains(connection.server.ip()))
        .map(|answer| &answer.name)
        .collect();
    match &hello.sni {
        // RFC 6066 3: literal addresses are not permitted.
        Some(sni) if sni.parse::<IpAddr>().is_ok() => tally.bad(at, format!("the server name is the address {sni}")),
        Some(sni) if asked.is_empty() || asked.iter().any(|name| **name == **sni) => {
            tally.good(at, format!("the server name is {sni}"));
        }
        Some(sni) => tally.bad(at, format!("the server name is {sni}, although {} was asked for", asked[asked.len() - 1])),
        None if asked.is_empty() => {}
        None => tally.bad(at, format!("no server name is sent, although {} was asked for", asked[asked.len() - 1])),
    }
}
