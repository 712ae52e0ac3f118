//! Whole segments: both stacks, the link, the gateway.

mod address;
mod bench;
mod determinism;
mod fleet;
mod forward;
mod lifecycle;
mod transfer;
mod udp;
mod workarounds;
