//! The device's resolver (RFC 1035): addresses of names, with a cache.

mod answer;
mod cache;
mod query;
mod resolve;

#[cfg(test)]
mod tests;

pub(crate) use cache::Cache;
