//! Every call there is, one file each: its declaration and what performs it on the simulated rig.
//!
//! To add one, write `calls/<hand>/<name>.rs` with a `CALL` and put it into that folder's list.
//! Link faults and hostile stimuli are declared by the crates that implement them; they
//! become calls here by themselves.

pub(crate) mod cloud;
pub(crate) mod device;
mod enrollment;
mod entry;
mod imported;
pub(crate) mod network;
mod target;

use std::sync::LazyLock;

pub(crate) use entry::{CallEntry, Declared, boxed, done, failed, results};
use nanorig_dut::{CallSpec, Hand, ParamKind};

/// Sizes that a message's body can have: far more than a hub takes, and little enough for the machine that runs this.
pub(crate) const MESSAGE_SIZE: ParamKind = ParamKind::Size { min: 0, max: 16 << 20 };

/// All calls, those of the device first.
static ALL: LazyLock<Vec<CallEntry>> = LazyLock::new(|| {
    let own = [device::LIST, cloud::LIST, network::LIST].concat();
    own.into_iter()
        .map(CallEntry::from)
        .chain(imported::link_faults())
        .chain(imported::hostile_stimuli())
        .collect()
});

/// The call of this hand and name.
pub(crate) fn find(hand: Hand, name: &str) -> Option<&'static CallEntry> {
    ALL.iter().find(|entry| entry.spec.hand == hand && entry.spec.name == name)
}

/// The declarations of all calls.
pub(crate) fn specs() -> Vec<&'static CallSpec> {
    ALL.iter().map(|entry| entry.spec).collect()
}
