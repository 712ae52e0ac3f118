//! Checks of memory and sockets.

mod frag_01;
mod heap_01;
pub(crate) mod leak;
mod leak_01;
mod leak_02;
mod oom_01;
pub(crate) mod regained;
mod sock_01;
mod sock_02;

use crate::Check;

/// This family's checks.
pub(crate) const CHECKS: &[Check] = &[
    sock_01::CHECK,
    sock_02::CHECK,
    heap_01::CHECK,
    leak_01::CHECK,
    leak_02::CHECK,
    frag_01::CHECK,
    oom_01::CHECK,
];
