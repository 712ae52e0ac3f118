//! When the link was disturbed.

use nanorig_trace::event::NetworkEvent;
use nanorig_trace::{Event, Trace};

use super::{At, View};

/// One disturbance of the link.
#[derive(Clone, Copy, Debug)]
pub struct Outage<'t> {
    /// The fault, as named in scenarios.
    pub fault: &'t str,
    /// When it began.
    pub from: At,
    /// When it ended; none when it lasted to the end of the trace.
    pub until: Option<At>,
}

pub(super) fn outages(trace: &Trace) -> Vec<Outage<'_>> {
    let mut outages: Vec<Outage<'_>> = Vec::new();
    for (record, entry) in trace.records.iter().enumerate() {
        let Event::Network(NetworkEvent::Link { fault, on }) = &entry.event else { continue };
        let at = At { record, time: entry.at };
        let open = outages.iter_mut().find(|outage| outage.fault == fault && outage.until.is_none());
        match (open, on) {
            (Some(outage), false) => outage.until = Some(at),
            (None, true) => outages.push(Outage { fault, from: at, until: None }),
            _ => {}
        }
    }
    outages
}

impl View<'_> {
    /// The share of frames that the link loses from each place on: the worse direction's, faults aside. Traces of
    /// earlier versions tell only what was changed in the run.
    #[must_use]
    pub fn loss(&self) -> Vec<(At, f64)> {
        let told: Vec<(At, f64)> = self
            .network_events()
            .filter_map(|(at, event)| match event {
                NetworkEvent::LinkSettings { from_device, to_device } => {
                    Some((at, from_device.loss.max(to_device.loss)))
                }
                _ => None,
            })
            .collect();
        if !told.is_empty() {
            return told;
        }
        let changes = self.calls_named("link");
        changes.filter_map(|call| Some((call.at, call.args.get("loss")?.as_f64()?))).collect()
    }
}
