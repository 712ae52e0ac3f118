//! Faults of a link, one file each.
//!
//! A fault judges every frame that enters the link while it is inserted. It knows the frame, the time
//! and a stream of chance, and nothing else. Loss, delay and their like without memory are settings of
//! the link itself; what is here remembers, chooses or looks inside.

mod burst_loss;
mod delay_spike;
mod firewall;
mod flap;
mod inject_reset;
mod lose_fin;
mod lose_nth;
mod lose_syn_ack;
mod mtu_black_hole;
mod nat_timeout;
mod params;
mod partition;
mod silent_corruption;
mod spec;
#[cfg(test)]
mod tests;

pub use crate::link::{FrameInfo, TcpFlags, TcpSegment};
pub use params::{FaultError, Param, ParamKind, ParamSpec, Params};
pub use spec::{Fault, FaultId, FaultSpec, FrameVerdict, find};

/// All faults by name.
pub const ALL: &[FaultSpec] = &[
    burst_loss::SPEC,
    delay_spike::SPEC,
    firewall::SPEC,
    flap::SPEC,
    inject_reset::SPEC,
    lose_fin::SPEC,
    lose_nth::SPEC,
    lose_syn_ack::SPEC,
    mtu_black_hole::SPEC,
    nat_timeout::SPEC,
    partition::SPEC,
    silent_corruption::SPEC,
];
