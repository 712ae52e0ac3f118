//! A firewall that loses what goes to or comes from a port.

use super::{Fault, FaultSpec, FrameInfo, FrameVerdict, ParamKind, ParamSpec};
use crate::Stream;

pub(super) const SPEC: FaultSpec = FaultSpec {
    name: "firewall",
    summary: "Loses every packet to and from a server port, as a network that blocks MQTT does.",
    params: &[ParamSpec {
        name: "port",
        kind: ParamKind::Count { min: 1, max: 65_535 },
        doc: "The port, 1 to 65535; both TCP and UDP. Default 8883.",
    }],
    build: |params| Ok(Box::new(Firewall { port: params.count("port", 8_883) })),
};

struct Firewall {
    port: u64,
}

impl Fault for Firewall {
    fn name(&self) -> &'static str {
        SPEC.name
    }

    fn judge(&mut self, frame: &FrameInfo<'_>, _random: &Stream) -> FrameVerdict {
        let tcp = frame.tcp().map(|segment| (segment.source, segment.destination));
        let ports = tcp.or_else(|| frame.udp());
        FrameVerdict::drop_if(
            ports.is_some_and(|(from, to)| [from, to].iter().any(|end| u64::from(end.port()) == self.port)),
        )
    }
}
