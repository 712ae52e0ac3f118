//! A queue that fills up now and then (bufferbloat, a busy radio): frames come late, but all of them,
//! and in order.

use std::time::Duration;

use nanorig_trace::Time;
use nanorig_trace::event::Direction;

use super::{Fault, FaultError, FaultSpec, FrameInfo, FrameVerdict, ParamKind, ParamSpec};
use crate::Stream;

pub(super) const SPEC: FaultSpec = FaultSpec {
    name: "delay-spike",
    summary: "Holds all frames back for a while, again and again, and then delivers them at once.",
    params: &[
        ParamSpec {
            name: "every",
            kind: ParamKind::Duration,
            doc: "Time between the starts of two spikes. Default 60s.",
        },
        ParamSpec {
            name: "lasting",
            kind: ParamKind::Duration,
            doc: "How long frames are held back; shorter than `every`. Default 5s.",
        },
    ],
    build: |params| {
        let every = params.duration("every", Duration::from_secs(60));
        let lasting = params.duration("lasting", Duration::from_secs(5));
        if lasting >= every {
            return Err(FaultError::OutOfRange {
                param: "lasting",
                range: "shorter than `every`".to_owned(),
            });
        }
        Ok(Box::new(DelaySpike { every, lasting, began: None, last: [Time::ZERO; 2] }))
    },
};

struct DelaySpike {
    every: Duration,
    lasting: Duration,
    /// When the first frame was judged: the first spike starts there.
    began: Option<Time>,
    /// When the last held-back frame of each direction is let go.
    last: [Time; 2],
}

impl Fault for DelaySpike {
    fn name(&self) -> &'static str {
        SPEC.name
    }

    fn judge(&mut self, frame: &FrameInfo<'_>, _random: &Stream) -> FrameVerdict {
        let elapsed = frame.now.since(*self.began.get_or_insert(frame.now)).as_micros();
        let phase = elapsed % self.every.as_micros();
        let Some(wait) = self.lasting.as_micros().checked_sub(phase).filter(|wait| *wait > 0) else {
            return FrameVerdict::Pass;
        };
        // A held-back frame may be overtaken, so order is kept here: a microsecond after the one before.
        let last = &mut self.last[usize::from(frame.direction == Direction::ToDevice)];
        let wait = Duration::from_micros(u64::try_from(wait).unwrap_or(u64::MAX));
        *last = (frame.now + wait).max(*last + Duration::from_micros(1));
        FrameVerdict::Delay(last.since(frame.now))
    }
}
