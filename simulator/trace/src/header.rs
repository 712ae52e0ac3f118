//! What a trace says about itself.

use serde::{Deserialize, Serialize};

use crate::{HexBytes, Utc};

/// The trace format that this version writes, and the only one that it reads.
pub const FORMAT: u32 = 1;

/// The first line of a trace file: what ran, where, and how to run it again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Trace format version, see [`FORMAT`].
    pub format: u32,
    /// Version of the tool that recorded the trace.
    pub tool: String,
    /// The scenario's `name`.
    pub scenario: String,
    /// The scenario file as the user named it, for replay commands and underlined lines.
    pub file: String,
    /// SHA-256 of the scenario file, lower-case hexadecimal.
    pub scenario_sha256: String,
    /// Seed of every random stream in the run.
    pub seed: u64,
    /// Which clock the run followed.
    pub clock: ClockKind,
    /// Calendar time at the start of the run, by the world's clock.
    pub started: Utc,
    /// The device under test.
    pub dut: DutIdentity,
    /// Requirement ids that the scenario asks to be judged.
    pub requirements: Vec<String>,
    /// Thresholds given by the scenario, by the name that requirements use for them.
    pub parameters: std::collections::BTreeMap<String, serde_json::Value>,
}

/// Which clock a run follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClockKind {
    /// Time jumps from event to event; the run is determined by its seed.
    Virtual,
    /// Time passes as on the wall.
    Real,
}

/// Who was tested.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DutIdentity {
    /// `sim`, `serial:...`, `tcp:...` or `exec:...`.
    pub kind: String,
    /// Budget profile, such as `esp32-wroom`.
    pub profile: String,
    /// The file that the profile was read from, when it is none of those that come with the program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile_file: Option<String>,
    /// Persona, such as `reference`.
    pub persona: String,
    /// Quirks switched on besides those of the persona.
    pub quirks: Vec<String>,
    /// Capabilities that the device claims.
    pub capabilities: Vec<String>,
    /// Cloud identity (device id or registration id) that the device was set up with.
    pub device_id: String,
    /// True when it was set up with the secondary key that its hub knows, besides the primary one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub secondary_key: bool,
    /// The will that it was set up with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub will: Option<ConfiguredWill>,
}

/// What a device was told to leave as its will, in the application's terms.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfiguredWill {
    /// The message's body.
    pub payload: HexBytes,
    /// Its application properties.
    pub properties: std::collections::BTreeMap<String, String>,
    /// QoS to publish it with, 0 or 1.
    pub qos: u8,
    /// Whether to publish it retained.
    pub retain: bool,
}
