//! A device on its segment and small scripted servers, for the tests of the clients.

mod bed;
mod mini_hub;

pub(super) use bed::Bed;
pub(super) use mini_hub::MiniHub;
