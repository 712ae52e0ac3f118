//! Flips a bit of TCP text and makes the checksums right again: what only TLS or the application notices.

use super::{Fault, FaultSpec, FrameInfo, FrameVerdict, ParamKind, ParamSpec};
use crate::Stream;
use crate::link::seal_tcp;

pub(super) const SPEC: FaultSpec = FaultSpec {
    name: "silent-corruption",
    summary: "Flips a bit of TCP text without breaking a checksum.",
    params: &[ParamSpec {
        name: "share",
        kind: ParamKind::Share,
        doc: "Share of segments with text that are changed. Default 0.01.",
    }],
    build: |params| Ok(Box::new(SilentCorruption { share: params.share("share", 0.01) })),
};

struct SilentCorruption {
    share: f64,
}

impl Fault for SilentCorruption {
    fn name(&self) -> &'static str {
        SPEC.name
    }

    fn judge(&mut self, frame: &FrameInfo<'_>, random: &Stream) -> FrameVerdict {
        let Some(segment) = frame.tcp() else { return FrameVerdict::Pass };
        if segment.text_bytes == 0 || !random.chance(self.share) {
            return FrameVerdict::Pass;
        }
        let bit = random.below(segment.text_bytes as u64 * 8) as usize;
        let mut changed = frame.bytes.to_vec();
        seal_tcp(&mut changed, |tcp| tcp.payload_mut()[bit / 8] ^= 1 << (bit % 8));
        FrameVerdict::Replace(changed)
    }
}
