//! A test PKI made on demand, and the public roots that devices trust.
//!
//! [`Pki`] makes certificates that lead to stand-ins for the roots of Azure, good
//! ones and every kind of wrong one ([`ChainKind`]), and client certificates for
//! devices. It draws no randomness and reads no clock: the same inputs give the
//! same bytes, so a trace that holds a certificate can be compared byte by byte.
//! [`public_roots`] are the real ones, as data.
//!
//! The keys of [`Pki::new`] follow from this source code. Whoever trusts its
//! roots trusts everybody; use [`Pki::with_secret`] where that matters.

mod authority;
mod chain;
mod client;
mod damaged;
mod key;
mod pem_text;
mod pki;
mod public;
mod root;
mod server;
mod template;
mod thumbprint;

pub use chain::{ChainKind, Flaw};
pub use client::{ClientIdentity, ClientKind};
pub use key::KeyPair;
pub use pki::{Pki, PkiError, PkiFile};
pub use public::{PublicRoot, public_roots};
pub use root::RootName;
pub use server::ServerChain;
pub use thumbprint::{sha1_thumbprint, sha256_thumbprint};
