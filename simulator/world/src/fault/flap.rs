//! A link that goes and comes in turns, beginning with up: in a fixed rhythm, or each time for another while.

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
        ParamSpec {
            name: "vary",
            kind: ParamKind::Share,
            doc: "How much shorter or longer each turn may be, at random. Default 0%.",
        },
    ],
    build: |params| {
        let up = params.duration("up", Duration::from_secs(30));
        let down = params.duration("down", Duration::from_secs(10));
        if (up + down).is_zero() {
            let range = "more than 0 when `down` is 0".to_owned();
            return Err(FaultError::OutOfRange { param: "up", range });
        }
        let vary = params.share("vary", 0.0);
        Ok(Box::new(Flap { up, down, vary, turn: None }))
    },
};

struct Flap {
    up: Duration,
    down: Duration,
    vary: f64,
    /// None before the first frame: the turns start there.
    turn: Option<Turn>,
}

/// A while in which all frames have the same fate.
struct Turn {
    is_down: bool,
    ends: Time,
}

impl Flap {
    /// The part of `late` that consists of an up and a down of their usual lengths, again and again.
    fn whole_rounds(&self, late: Duration) -> Duration {
        let round = (self.up + self.down).as_micros().max(1);
        let rounds = late.as_micros() / round;
        Duration::from_micros(u64::try_from(rounds * round).unwrap_or(u64::MAX))
    }

    fn length(&self, is_down: bool, random: &Stream) -> Duration {
        let usual = if is_down { self.down } else { self.up };
        if self.vary > 0.0 { usual.mul_f64(1.0 + self.vary * (2.0 * random.unit() - 1.0)) } else { usual }
    }
}

impl Fault for Flap {
    fn name(&self) -> &'static str {
        SPEC.name
    }

    fn judge(&mut self, frame: &FrameInfo<'_>, random: &Stream) -> FrameVerdict {
        let mut turn = match self.turn.take() {
            Some(turn) => turn,
            None => Turn { is_down: false, ends: frame.now + self.length(false, random) },
        };
        turn.ends += self.whole_rounds(frame.now.since(turn.ends));
        while turn.ends <= frame.now {
            turn.is_down = !turn.is_down;
            turn.ends += self.length(turn.is_down, random);
        }
        let is_down = turn.is_down;
        self.turn = Some(turn);
        FrameVerdict::drop_if(is_down)
    }
}
