//! What a simulated run is built with, and why it cannot be.

use nanorig_mcu::profile::{Profile, ProfileError};

/// What a scenario does not say about a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Seed of all chance.
    pub seed: u64,
    /// True to capture packets.
    pub capture: bool,
    /// A board of the user's own instead of the scenario's profile.
    pub board: Option<CustomBoard>,
}

/// A budget profile that a user wrote.
#[derive(Clone, Debug, PartialEq)]
pub struct CustomBoard {
    pub(super) profile: Profile,
    /// The file as the user named it.
    pub(super) file: String,
}

impl CustomBoard {
    /// Reads a profile file; `file` is its name for messages and replay commands.
    ///
    /// # Errors
    /// What is wrong with the file, by line or key.
    pub fn parse(text: &str, file: &str) -> Result<Self, ProfileError> {
        Ok(Self { profile: Profile::parse(text, file)?, file: file.to_owned() })
    }
}

/// A set-up that cannot be built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A name that nothing has.
    #[error("there is no {noun} `{name}`")]
    UnknownName {
        /// What kind of name.
        noun: &'static str,
        /// The name.
        name: String,
    },
    /// A key that is none.
    #[error("the device's key is not a base64 key of 16 to 64 bytes")]
    BadKey,
    /// Calendar time that is none.
    #[error("`start` is not a calendar time: {0}")]
    BadStart(String),
    /// TLS versions that no server or device has.
    #[error("`{0}` is not a TLS version; write \"1.2\" or \"1.3\"")]
    BadTlsVersion(String),
    /// The cloud cannot be set up so.
    #[error("the cloud cannot be set up: {0}")]
    Cloud(String),
    /// The bench itself failed.
    #[error("the bench cannot be built: {0}")]
    Bench(String),
}
