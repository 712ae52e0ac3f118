//! A link that goes and comes in a fixed rhythm, beginning with up.

use std::time::Duration;

use super::{Fault, FaultError, FaultSpec, FrameInfo, FrameVerdict, ParamKind, ParamSpec};
use crate::Stream;
use nanorig_trace::Time;

pub(super) const SPEC: FaultSpec = FaultSpec {
    name: "flap",
    summary: "Carries frames and loses them in turns.",
    params: &[
        ParamSpec { name: "up", kind: ParamKind::Duration, doc: "How long frames pass. Default 30s." },
        ParamSpec { name: "down", kind: ParamKind::Duration, doc: "How long they are lost. Default 10s." },
    ],
    build: |params| {
        let up = params.duration("up", Duration::from_secs(30))?;
        let down = params.duration("down", Duration::from_secs(10))?;
        if (up + down).is_zero() {
            return Err(FaultError::OutOfRange { param: "up", range: "more than 0 when `down` is 0" });
        }
        Ok(Box::new(Flap { up, down, began: None }))
    },
};

struct Flap {
    up: Duration,
    down: Duration,
    /// When the first frame was judged: the rhythm starts there.
    began: Option<Time>,
}

impl Fault for Flap {
    fn name(&self) -> &'static str {
        SPEC.name
    }

    fn judge(&mut self, frame: &FrameInfo<'_>, _random: &Stream) -> FrameVerdict {
        let elapsed = frame.now.since(*self.began.get_or_insert(frame.now)).as_micros();
        FrameVerdict::drop_if(elapsed % (self.up + self.down).as_micros() >= self.up.as_micros())
    }
}
