//! The device's TLS against a real server, in virtual time.

mod budget;
mod certificates;
mod lifetime;
mod parties;
mod records;
mod segment;
