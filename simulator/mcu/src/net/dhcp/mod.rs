//! The device's own DHCP client (RFC 2131).

mod client;
mod task;

#[cfg(test)]
mod tests;

pub(crate) use task::{give_up, run};
