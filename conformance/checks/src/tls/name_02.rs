//! TLS-NAME-02: a wildcard stands for the left-most label of a name and for nothing else.
//!
//! Both halves are needed: a device that takes no wildcard at all cannot connect to IoT Hub, whose certificate has one.

use super::refusal::{device_error, judge_connection};
use crate::view::{Certificate, Connection};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "TLS-NAME-02", always: true, judge };

fn judge(view: &View<'_>) -> Finding {
    let (mut fitting, mut others) = (Tally::default(), Tally::default());
    for connection in view.connections() {
        let Some((certificate, host)) = wildcard(view, connection) else { continue };
        let names = certificate.names.unwrap_or_default();
        if !names.iter().any(|name| fits(name, &host)) {
            judge_connection(view, connection, &certificate, &mut others);
        } else if certificate.kind == "wildcard" {
            judge_fitting(view, connection, &certificate, &host, &mut fitting);
        }
    }
    let half = fitting.is_empty() || others.is_empty();
    let mut tally = fitting;
    tally.absorb(others);
    if half && !tally.has_bad() {
        return Finding::inconclusive(
            "it takes a certificate with a wildcard that fits, and one with a wildcard that does not",
        );
    }
    tally.finish(
        "a wildcard was taken for the left-most label, and for nothing else",
        "a wildcard was not taken for what it stands for",
        "no server presented a certificate with a wildcard",
    )
}

/// The certificate when it has a wildcard, and the host that the device wants.
fn wildcard<'t>(view: &View<'t>, connection: &Connection<'t>) -> Option<(Certificate<'t>, String)> {
    let certificate = connection.certificate?;
    certificate.names?.iter().find(|name| name.contains('*'))?;
    let resolved = || view.name_of(*connection.server.ip(), connection.opened).map(ToString::to_string);
    let host = connection.sni().map(str::to_owned).or_else(resolved)?;
    Some((certificate, host))
}

/// RFC 9525 6.3: the wildcard is the whole left-most label, and stands for one.
fn fits(name: &str, host: &str) -> bool {
    match (name.strip_prefix("*."), host.split_once('.')) {
        (Some(parent), Some((_, own))) => parent.eq_ignore_ascii_case(own),
        _ => name.eq_ignore_ascii_case(host),
    }
}

/// A refusal for another reason than the name shows nothing.
fn judge_fitting(
    view: &View<'_>,
    connection: &Connection<'_>,
    certificate: &Certificate<'_>,
    host: &str,
    tally: &mut Tally,
) {
    if let Some(tls) = connection.tls {
        return tally.good(tls.at, format!("connects to {host} by a wildcard"));
    }
    let failed = connection.tls_failures.iter().find(|failure| failure.alert.is_some());
    let Some(at) = failed.map(|failure| failure.at).or(connection.closed_by_device()) else { return };
    let error = device_error(view, connection, certificate.at);
    if error.as_deref().is_none_or(|error| error == "wrong-name") {
        tally.bad(at, format!("refuses a wildcard that fits {host}"));
    }
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::ConnId;

    use crate::Verdict;
    use crate::testing::{Story, hello};

    const WILDCARD: &str = "*.azure-devices.net";

    fn shown(story: &mut Story, host: &str, kind: &str, name: &str) -> ConnId {
        let mut offer = hello();
        offer.sni = Some(host.into());
        let conn = story.open("hub");
        story.hello(conn, &offer).certificate_for(conn, kind, "g2", &[name]);
        conn
    }

    /// A hub whose wildcard fits.
    fn taken() -> Story {
        let mut story = Story::new();
        let conn = shown(story.at(1.0), "Contoso.azure-devices.net", "wildcard", WILDCARD);
        story.tls(conn);
        story
    }

    /// Wildcards that do not fit, with the host that is wanted.
    const UNFIT: &[(&str, &str, &str)] = &[
        ("eu.contoso.azure-devices.net", "wildcard", WILDCARD),
        ("azure-devices.net", "wildcard", WILDCARD),
        ("contoso.azure-devices.net", "wildcard-two-labels", "*.net"),
        ("contoso.azure-devices.net", "wildcard-inner", "contoso.*.net"),
        ("contoso.azure-devices.net", "wildcard-partial", "c*.azure-devices.net"),
    ];

    #[test]
    fn one_label_is_taken_and_anything_else_refused() {
        for (host, kind, name) in UNFIT {
            let mut story = taken();
            let conn = shown(story.at(2.0), host, kind, name);
            story.device_tls_failed("wrong-name").tls_refused(conn, Some("bad_certificate"));
            story.expect("TLS-NAME-02", Verdict::Pass);
            let mut story = taken();
            let conn = shown(story.at(2.0), host, kind, name);
            story.tls(conn).expect("TLS-NAME-02", Verdict::Fail);
        }
    }

    #[test]
    fn refusing_a_wildcard_that_fits_fails() {
        for (error, verdict) in [("wrong-name", Verdict::Fail), ("unknown-issuer", Verdict::Inconclusive)] {
            let mut story = Story::new();
            let conn = shown(story.at(1.0), "contoso.azure-devices.net", "wildcard", WILDCARD);
            story.device_tls_failed(error).tls_refused(conn, Some("bad_certificate"));
            story.expect("TLS-NAME-02", verdict);
        }
    }

    #[test]
    fn half_of_it_and_full_names_are_inconclusive() {
        taken().expect("TLS-NAME-02", Verdict::Inconclusive);
        let (host, kind, name) = UNFIT[0];
        let mut story = Story::new();
        let conn = shown(story.at(2.0), host, kind, name);
        story.tls_refused(conn, Some("bad_certificate")).expect("TLS-NAME-02", Verdict::Inconclusive);
        let mut story = Story::new();
        story.at(1.0).good_session();
        story.expect("TLS-NAME-02", Verdict::Inconclusive);
    }
}
