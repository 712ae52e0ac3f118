//! Connections by the certificate chain that their server presented.

use crate::view::{Certificate, Connection};
use crate::{Tally, View};

/// What `judge` sees in every connection whose server presented a chain that `wanted` accepts.
pub(super) fn judge_each(
    view: &View<'_>,
    wanted: impl Fn(&Certificate<'_>) -> bool,
    judge: fn(&View<'_>, &Connection<'_>, &Certificate<'_>, &mut Tally),
) -> Tally {
    let mut tally = Tally::default();
    for connection in view.connections() {
        if let Some(certificate) = connection.certificate.filter(&wanted) {
            judge(view, connection, &certificate, &mut tally);
        }
    }
    tally
}
