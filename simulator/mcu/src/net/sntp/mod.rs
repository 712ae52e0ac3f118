//! The device's time client (RFC 4330, RFC 5905).

mod check;
mod client;
mod task;

#[cfg(test)]
mod tests;

pub use task::Sntp;
