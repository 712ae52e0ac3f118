//! A router that forgets a connection that was idle for too long, and loses what comes later.
//!
//! The most frequent reason why devices need keep-alives: carrier-grade NAT forgets TCP flows after
//! minutes, without telling either side (RFC 5382 REQ-5 wants 124 minutes).

use std::net::SocketAddrV4;
use std::time::Duration;

use nanorig_trace::Time;
use nanorig_trace::event::Direction;

use super::{Fault, FaultSpec, FrameInfo, FrameVerdict, ParamKind, ParamSpec};
use crate::Stream;

pub(super) const SPEC: FaultSpec = FaultSpec {
    name: "nat-timeout",
    summary: "Forgets TCP connections that were idle for too long: their later segments are lost.",
    params: &[ParamSpec {
        name: "idle",
        kind: ParamKind::Duration,
        doc: "Longest silence that a connection survives. Default 5m.",
    }],
    build: |params| {
        let idle = params.duration("idle", Duration::from_secs(300));
        Ok(Box::new(NatTimeout { idle, flows: Vec::new() }))
    },
};

struct NatTimeout {
    idle: Duration,
    flows: Vec<Flow>,
}

/// A connection that the router knows.
struct Flow {
    device: SocketAddrV4,
    server: SocketAddrV4,
    used: Time,
}

impl Fault for NatTimeout {
    fn name(&self) -> &'static str {
        SPEC.name
    }

    fn judge(&mut self, frame: &FrameInfo<'_>, _random: &Stream) -> FrameVerdict {
        let Some(segment) = frame.tcp() else { return FrameVerdict::Pass };
        let (device, server) = match frame.direction {
            Direction::FromDevice => (segment.source, segment.destination),
            Direction::ToDevice => (segment.destination, segment.source),
        };
        let flow = self.flows.iter_mut().find(|flow| flow.device == device && flow.server == server);
        match flow {
            Some(flow) if segment.flags.syn || frame.now.since(flow.used) <= self.idle => {
                flow.used = frame.now;
                FrameVerdict::Pass
            }
            Some(_) => FrameVerdict::Drop,
            // A connection of before the fault is one that the router knows.
            None => {
                self.flows.retain(|flow| frame.now.since(flow.used) <= self.idle * 100);
                self.flows.push(Flow { device, server, used: frame.now });
                FrameVerdict::Pass
            }
        }
    }
}
