//! TLS-MTLS-01: a device that proves itself by X.509 presents the certificate that it is known by.

use nanorig_trace::event::CloudEvent;
use nanorig_wire::hub::Identity;

use crate::view::Connection;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "TLS-MTLS-01", always: false, judge };

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    let clouds = view.connections().iter().filter(|connection| matches!(connection.service, "hub" | "dps"));
    for connection in clouds.filter(|connection| connection.tls.is_some()) {
        judge_connection(view, connection, &mut tally);
    }
    tally.finish(
        "the device presented the certificate that it is known by",
        "the device did not present the certificate that it is known by",
        "no handshake with the hub or DPS used a client certificate",
    )
}

fn judge_connection(view: &View<'_>, connection: &Connection<'_>, tally: &mut Tally) {
    let Some(tls) = connection.tls else { return };
    let refused = view.cloud_events().find_map(|(at, event)| match event {
        CloudEvent::Refused { conn, reason, .. }
            if *conn == connection.id && reason.starts_with("certificate-") =>
        {
            Some((at, reason))
        }
        _ => None,
    });
    if let Some((at, reason)) = refused {
        return tally.bad(at, format!("the {} refuses the device: {reason}", connection.service));
    }
    let Some(common_name) = tls.client_certificate else { return };
    let claimed = connection.connect().map(|(_, connect)| connect.client_id.clone());
    // A module's client id is `device/module`; its certificate names the device or the module.
    let identity = claimed.as_deref().map(|id| id.parse::<Identity>());
    let fits = match (&claimed, identity) {
        (Some(id), Some(Ok(identity))) => common_name == id || common_name == identity.device,
        (Some(id), _) => common_name == id,
        (None, _) => common_name == view.trace().header.dut.device_id,
    };
    if fits {
        tally.good(tls.at, format!("the certificate of {common_name} is presented"));
    } else {
        let wanted = claimed.unwrap_or_else(|| view.trace().header.dut.device_id.clone());
        tally.bad(tls.at, format!("the certificate names {common_name}, the device is {wanted}"));
    }
}
