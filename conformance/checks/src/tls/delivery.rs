//! What reaches the application although no whole message carried it.

use nanorig_trace::Time;
use nanorig_trace::event::DeviceEvent;

use crate::View;
use crate::view::At;

/// The first message that the application gets after `from` and until `until` and that no server sent before, as far as
/// `counts` takes the places where messages were sent into account.
pub(super) fn uncarried(view: &View<'_>, from: At, until: Time, counts: impl Fn(At) -> bool) -> Option<At> {
    let carried = |got: At, body: &nanorig_trace::Body| {
        view.connections()
            .iter()
            .flat_map(|connection| connection.delivered())
            .any(|(sent, publish)| sent < got && counts(sent) && body.is(&publish.payload))
    };
    view.device_events_after(from).take_while(|(at, _)| at.time <= until).find_map(
        |(at, event)| match event {
            DeviceEvent::C2d { body, .. } | DeviceEvent::Message { body, .. } if !carried(at, body) => {
                Some(at)
            }
            _ => None,
        },
    )
}
