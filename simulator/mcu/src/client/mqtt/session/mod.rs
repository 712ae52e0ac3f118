//! An MQTT client's side of the protocol without I/O and without a clock.
//!
//! [`Session`] is told what happened (bytes, time, wishes of the application) and says what to do
//! (bytes to send, events, the next deadline). It outlives connections: what a persistent session
//! must remember is here. What differs between versions of MQTT stands in `dialect.rs`.
//! Read `machine.rs` first; it begins with the table of transitions.

mod dialect;
mod event;
mod inbound;
mod keep_alive;
mod machine;
mod mangle;
mod outbound;
mod oversize;
mod packet_ids;
mod remains;
mod request;
mod resume;
mod state;
#[cfg(test)]
mod tests;
mod timers;
mod transmit;

pub use dialect::{ConnectOptions, Version};
pub use event::{AckToken, CloseReason, PublishError, SessionEvent, SubscribeError, Token, Transmit};
pub use machine::Session;
pub use state::{Outgoing, SessionSettings, StateName};
pub use timers::Timer;
