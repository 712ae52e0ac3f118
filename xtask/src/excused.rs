//! Known holes, each with a reason: `conformance/checks/excused.toml`.
//!
//! An excuse that excuses nothing any more is a fault itself, so the list can only be as long as the holes.

use std::fs;

use anyhow::Context;
use serde::Deserialize;

use crate::command;

const FILE: &str = "conformance/checks/excused.toml";

/// The whole list.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Excused {
    /// Requirements that have no check.
    #[serde(default)]
    pub(crate) unchecked: Vec<Excuse>,
    /// Checks that were not shown to fail, or not by a quirk that says it fails them.
    #[serde(default)]
    pub(crate) uncalibrated: Vec<Excuse>,
}

/// One excuse.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Excuse {
    /// Requirement ids; an entry that ends in `*` stands for all that begin so.
    pub(crate) ids: Vec<String>,
    /// Only as far as this quirk is concerned.
    pub(crate) quirk: Option<String>,
    /// Only as far as this hostile stimulus is concerned.
    pub(crate) stimulus: Option<String>,
    /// Why, for people.
    pub(crate) reason: String,
}

impl Excused {
    /// Reads the list.
    pub(crate) fn read() -> anyhow::Result<Self> {
        let text = fs::read_to_string(command::root().join(FILE)).context(FILE)?;
        toml::from_str(&text).context(FILE)
    }
}

impl Excuse {
    /// True when it speaks of this requirement.
    pub(crate) fn covers(&self, id: &str) -> bool {
        self.ids.iter().any(|pattern| matches(pattern, id))
    }

    /// True when it speaks of the requirements themselves.
    pub(crate) const fn is_general(&self) -> bool {
        self.quirk.is_none() && self.stimulus.is_none()
    }

    /// True when it speaks of this requirement under this quirk.
    pub(crate) fn covers_quirk(&self, id: &str, quirk: &str) -> bool {
        self.covers(id) && (self.is_general() || self.quirk.as_deref() == Some(quirk))
    }

    /// True when it speaks of this requirement under this stimulus.
    pub(crate) fn covers_stimulus(&self, id: &str, stimulus: &str) -> bool {
        self.covers(id) && (self.is_general() || self.stimulus.as_deref() == Some(stimulus))
    }

    /// Entries that speak of none of `holes`.
    pub(crate) fn stale<'e>(&'e self, holes: &'e [&str]) -> impl Iterator<Item = &'e str> {
        let idle = |pattern: &&String| !holes.iter().any(|hole| matches(pattern, hole));
        self.ids.iter().filter(idle).map(String::as_str)
    }
}

fn matches(pattern: &str, id: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == id, |begin| id.starts_with(begin))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_a_family() {
        let excuse = Excuse {
            ids: vec!["WS-*".into(), "TLS-1".into()],
            quirk: Some("q".into()),
            stimulus: None,
            reason: "r".into(),
        };
        assert!(excuse.covers("WS-01") && excuse.covers("TLS-1"));
        assert!(!excuse.covers("WSX-01") && !excuse.covers("TLS-10"));
        assert!(excuse.covers_quirk("WS-01", "q") && !excuse.covers_quirk("WS-01", "other"));
        assert!(!excuse.covers_stimulus("WS-01", "q"));
        assert_eq!(excuse.stale(&["WS-02"]).collect::<Vec<_>>(), ["TLS-1"]);
    }
}
