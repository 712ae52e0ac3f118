//! The requirements: data in `requirements/<family>.toml`, embedded, parsed once when first asked for.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How binding a requirement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    /// A failure blocks a certification profile.
    Must,
    /// A failure is a warning.
    Should,
    /// For information.
    May,
}

/// Where a requirement can be provoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Run {
    /// On the emulated device and on boards.
    Both,
    /// On the emulated device first: it needs virtual time or a virtual link.
    Simulated,
    /// On boards: a pass of the emulated device proves nothing about hardware.
    Hardware,
}

/// One requirement on a device.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct Requirement {
    /// Stable id, such as `HUB-SAS-02`; never used again for another requirement.
    pub id: String,
    /// How binding it is.
    pub level: Level,
    /// Where it can be provoked.
    pub run: Run,
    /// Clauses that it comes from, such as `RFC 2131 4.4.1`; `best practice` when no standard says it.
    pub clause: String,
    /// Documents of those clauses.
    #[serde(default)]
    pub source: Vec<String>,
    /// Capabilities that the device must claim, all of them. An entry such as `tls12|tls13` asks for one of several.
    #[serde(default)]
    pub capability: Vec<String>,
    /// What the device shall do.
    pub text: String,
    /// What the harness does to find out.
    pub provoked_by: String,
    /// What is looked at, and what passes.
    pub verdict: String,
    /// Thresholds, by the name that a scenario sets them with.
    #[serde(default)]
    pub parameters: BTreeMap<String, Parameter>,
}

/// A threshold of a requirement.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Parameter {
    /// Value when the scenario gives none.
    pub default: f64,
    /// Its unit.
    pub unit: Unit,
    /// What it bounds.
    pub meaning: String,
}

/// Unit of a threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// Seconds.
    Seconds,
    /// Bytes.
    Bytes,
    /// A share from 0 to 1.
    Share,
    /// A number of things.
    Count,
    /// A multiple of the announced Keep Alive.
    KeepAlives,
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Seconds => "s",
            Self::Bytes => "B",
            Self::Share => "as a share",
            Self::Count => "times",
            Self::KeepAlives => "x Keep Alive",
        })
    }
}

impl Requirement {
    /// The family, which is the id's first part, such as `HUB`.
    #[must_use]
    pub fn family(&self) -> &str {
        self.id.split_once('-').map_or(&self.id, |(family, _)| family)
    }

    /// The first entry of [`capability`](Self::capability) that `claimed` does not meet.
    #[must_use]
    pub fn missing_capability(&self, claimed: &[String]) -> Option<&str> {
        let met = |entry: &str| entry.split('|').any(|name| claimed.iter().any(|claim| claim == name));
        self.capability.iter().map(String::as_str).find(|entry| !met(entry))
    }
}

/// All requirements.
#[derive(Debug)]
pub struct Catalogue {
    requirements: Vec<Requirement>,
    by_id: BTreeMap<String, usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FamilyFile {
    requirement: Vec<Requirement>,
}

/// Why a catalogue cannot be read.
#[derive(Debug, thiserror::Error)]
enum CatalogueError {
    #[error("requirements/{file} is malformed")]
    Malformed { file: &'static str, source: toml::de::Error },
    #[error("requirements/{file} has {id}, which stands elsewhere too")]
    Twice { file: &'static str, id: String },
}

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../requirements/", $name)))),*]
    };
}

/// In the order in which reports show them.
const FILES: &[(&str, &str)] = files![
    "boot.toml",
    "dhcp.toml",
    "dns.toml",
    "sntp.toml",
    "tls.toml",
    "mqtt.toml",
    "mqtt5.toml",
    "hub.toml",
    "twin.toml",
    "method.toml",
    "dps.toml",
    "pnp.toml",
    "recon.toml",
    "http.toml",
    "websrv.toml",
    "ws.toml",
    "signalr.toml",
    "amqp.toml",
    "tcp.toml",
    "udp.toml",
    "coap.toml",
    "res.toml",
    "pwr.toml",
    "net.toml",
    "time.toml",
    "sec.toml",
];

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
    Catalogue::parse(FILES).expect("the embedded requirement files are valid, which a test shows")
});

impl Catalogue {
    /// The one catalogue.
    #[must_use]
    pub fn get() -> &'static Self {
        &CATALOGUE
    }

    /// Every requirement, family by family.
    #[must_use]
    pub fn all(&self) -> &[Requirement] {
        &self.requirements
    }

    /// The requirement of this id.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Requirement> {
        self.by_id.get(id).map(|&index| &self.requirements[index])
    }

    /// The threshold of this name. Requirements that share a name share its meaning and default.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.requirements.iter().find_map(|requirement| requirement.parameters.get(name))
    }

    fn parse(files: &[(&'static str, &str)]) -> Result<Self, CatalogueError> {
        let mut catalogue = Self { requirements: Vec::new(), by_id: BTreeMap::new() };
        for &(file, text) in files {
            let family: FamilyFile =
                toml::from_str(text).map_err(|source| CatalogueError::Malformed { file, source })?;
            for requirement in family.requirement {
                let index = catalogue.requirements.len();
                if catalogue.by_id.insert(requirement.id.clone(), index).is_some() {
                    return Err(CatalogueError::Twice { file, id: requirement.id });
                }
                catalogue.requirements.push(requirement);
            }
        }
        Ok(catalogue)
    }
}

impl Parameter {
    /// Reads a value that a scenario gave: a number in the parameter's unit, or a text with a unit such as
    /// `90s`, `500ms`, `5m`, `2h`, `32B`, `8KiB`, `15%`.
    ///
    /// # Errors
    /// What the value should have been.
    pub fn read(&self, value: &serde_json::Value) -> Result<f64, String> {
        let number = match value {
            serde_json::Value::Number(number) => number.as_f64(),
            serde_json::Value::String(text) => self.read_text(text),
            _ => None,
        };
        let good = number.filter(|number| number.is_finite() && *number >= 0.0);
        good.ok_or_else(|| {
            format!("expected a number in {} or a text with its unit, found {value}", self.unit)
        })
    }

    fn read_text(&self, text: &str) -> Option<f64> {
        let split = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (number, unit) = text.split_at(split);
        let number: f64 = number.parse().ok()?;
        let factor = match (self.unit, unit.trim()) {
            (_, "") | (Unit::Seconds, "s") | (Unit::Bytes, "B") => 1.0,
            (Unit::Seconds, "us") => 1e-6,
            (Unit::Seconds, "ms") => 1e-3,
            (Unit::Seconds, "m") => 60.0,
            (Unit::Seconds, "h") => 3_600.0,
            (Unit::Seconds, "d") => 86_400.0,
            (Unit::Bytes, "KiB") => 1_024.0,
            (Unit::Bytes, "MiB") => 1_048_576.0,
            (Unit::Share, "%") => 0.01,
            _ => return None,
        };
        Some(number * factor)
    }

    /// A value in seconds as a time span.
    pub(crate) fn seconds(value: f64) -> Duration {
        Duration::try_from_secs_f64(value).unwrap_or(Duration::MAX)
    }
}
