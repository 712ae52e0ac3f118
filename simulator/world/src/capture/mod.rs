//! The packet capture of a run: pcapng that Wireshark opens decrypted.

mod blocks;
mod recording;
#[cfg(test)]
mod tests;

pub use recording::{Capture, InterfaceId, Reason};
