//! A middlebox that kills connections: a segment with text arrives as RST.

use super::{Fault, FaultSpec, FrameInfo, FrameVerdict, ParamKind, ParamSpec};
use crate::Stream;
use crate::link::seal_tcp;

pub(super) const SPEC: FaultSpec = FaultSpec {
    name: "inject-reset",
    summary: "Turns segments with text into RST, so that their receiver loses the connection.",
    params: &[ParamSpec {
        name: "share",
        kind: ParamKind::Share,
        doc: "Share of segments with text that are turned. Default 1.",
    }],
    build: |params| Ok(Box::new(InjectReset { share: params.share("share", 1.0) })),
};

struct InjectReset {
    share: f64,
}

impl Fault for InjectReset {
    fn name(&self) -> &'static str {
        SPEC.name
    }

    fn judge(&mut self, frame: &FrameInfo<'_>, random: &Stream) -> FrameVerdict {
        let has_text = frame.tcp().is_some_and(|segment| segment.text_bytes > 0);
        if !has_text || !random.chance(self.share) {
            return FrameVerdict::Pass;
        }
        let mut changed = frame.bytes.to_vec();
        seal_tcp(&mut changed, |tcp| {
            tcp.set_psh(false);
            tcp.set_fin(false);
            tcp.set_rst(true);
        });
        FrameVerdict::Replace(changed)
    }
}
