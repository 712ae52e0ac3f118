//! TLS-MTLS-02: a device that proves itself by a token goes on when the server asks for a certificate.
//!
//! IoT Hub asks every device for a certificate and takes none for an answer, and so does its stand-in.

use super::refusal::device_error;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "TLS-MTLS-02", always: false, judge };

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for connection in
        view.connections().iter().filter(|connection| matches!(connection.service, "hub" | "dps"))
    {
        let Some(certificate) = connection.certificate else { continue };
        match connection.tls {
            Some(tls) if tls.client_certificate.is_none() => {
                let by_token = connection.connect().is_some_and(|(_, connect)| connect.password.is_some());
                if by_token {
                    tally.good(tls.at, "the handshake completes without a client certificate");
                }
            }
            Some(_) => {}
            None if connection.is_handshake_odd() => {}
            None => {
                // A chain that may be refused says nothing about the request that follows it.
                let said = device_error(view, connection, certificate.at);
                let at = connection.closed.map(|closed| closed.at);
                if let (true, Some(at), Some("protocol" | "alert")) =
                    (certificate.kind == "good", at, said.as_deref())
                {
                    tally.bad(at, "the handshake fails although the chain is good");
                }
            }
        }
    }
    tally.finish(
        "the server's request for a certificate was answered with an empty one",
        "the server's request for a certificate was not survived",
        "no device connected to the hub or DPS with a token",
    )
}
