//! Shared access signatures: keys, tokens and derived keys.
//!
//! Knows no time: whether a token has expired, and what it grants beyond its resource, is for the
//! service. Secrets show neither in `Debug` nor in errors.

mod key;
mod signed_connect;
mod token;

pub use key::{KeyError, SharedKey};
pub use signed_connect::SignedConnect;
pub use token::{SasToken, TokenError};
