//! TLS-REC-04: a record that fails its authentication ends the connection.

use super::bad_record;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "TLS-REC-04", always: true, judge };

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    bad_record::judge(view, "corrupt-record", &mut tally);
    tally.finish(
        "a damaged record ended the connection",
        "a damaged record was not handled as it should be",
        "no server sent a damaged record, or the connection ended for another reason",
    )
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::{CloseHow, DeviceEvent, Party};

    use crate::Verdict;
    use crate::testing::Story;
    use crate::tls::bad_record::tests::calibrate;

    #[test]
    fn the_connection_must_end() {
        calibrate("TLS-REC-04", "corrupt-record", "oversized-record");
    }

    #[test]
    fn the_damaged_bytes_must_not_reach_the_application() {
        let topic = "devices/nano-01/messages/devicebound/";
        for (again, verdict) in [(true, Verdict::Pass), (false, Verdict::Fail)] {
            let mut story = Story::new();
            let conn = story.at(1.0).session(false);
            story.at(3.0).delivers(conn, topic, "secret", Some(7));
            story.tls_oddity(conn, "corrupt-record").at(3.1).close(conn, Party::Device, CloseHow::Fin);
            let conn = story.at(9.0).session(true);
            if again {
                story.at(9.5).delivers(conn, topic, "secret", Some(7));
            }
            let properties = serde_json::Value::Null;
            story.at(10.0).event(DeviceEvent::C2d { properties, body: b"secret"[..].into() });
            story.expect("TLS-REC-04", verdict);
        }
    }
}
