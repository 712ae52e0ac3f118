//! What else fails where a quirk is shown to fail what it says: `companions.toml`.
//!
//! A quirk that the hub refuses cannot be on time at the cloud either: such failures are no surprise, and stand in the
//! table. A failure that does not stand there is a fault: a check that judges what it should not, or a quirk that does
//! more than it says. `BLESS=1 cargo xtask calibrate` writes the table anew; read the difference before you commit it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;

use anyhow::Context;

use super::claim::{Cause, Claim, Outcome};
use crate::command;

const FILE: &str = "xtask/src/calibrate/companions.toml";

const HEADER: &str = "\
# Requirements that fail beside those that a quirk says it fails, in the scenarios that show its claims.
# `cargo xtask calibrate` fails on a failure that is missing here, and on an entry that is none any more.
# `BLESS=1 cargo xtask calibrate` writes this file.

";

/// Requirement ids by quirk.
pub(super) struct Companions(BTreeMap<String, BTreeSet<String>>);

impl Companions {
    /// Reads the table, or makes it of `claims` when `BLESS` is 1.
    pub(super) fn read_or_bless(claims: &[Claim]) -> anyhow::Result<Self> {
        let path = command::root().join(FILE);
        if std::env::var_os("BLESS").is_some_and(|value| value == "1") {
            let found = Self::of(claims);
            fs::write(&path, found.text()).context(FILE)?;
            return Ok(found);
        }
        let text = fs::read_to_string(&path).context(FILE)?;
        Ok(Self(toml::from_str(&text).context(FILE)?))
    }

    /// What the claims brought to light.
    fn of(claims: &[Claim]) -> Self {
        let mut table: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for claim in claims {
            if let (Cause::Quirk(quirk), Outcome::Shown { others, .. }) = (claim.cause, &claim.outcome)
                && !others.is_empty()
            {
                table.entry(quirk.to_owned()).or_default().extend(others.iter().cloned());
            }
        }
        Self(table)
    }

    /// Where the table and the claims differ.
    pub(super) fn faults(&self, claims: &[Claim]) -> Vec<String> {
        let found = Self::of(claims);
        let surprises = found.beyond(self).map(|(quirk, id)| {
            format!("{quirk} fails {id} as well, which neither the quirk nor companions.toml says")
        });
        let stale =
            self.beyond(&found).map(|(quirk, id)| format!("companions.toml says that {quirk} fails {id}"));
        surprises.chain(stale).collect()
    }

    /// Pairs that `other` does not have.
    fn beyond<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let pairs = self.0.iter().flat_map(|(quirk, ids)| ids.iter().map(move |id| (quirk, id)));
        let known = |quirk, id| other.0.get(quirk).is_some_and(|ids: &BTreeSet<String>| ids.contains(id));
        pairs
            .filter(move |(quirk, id)| !known(quirk.as_str(), id.as_str()))
            .map(|(quirk, id)| (quirk.as_str(), id.as_str()))
    }

    fn text(&self) -> String {
        let mut text = HEADER.to_owned();
        for (quirk, ids) in &self.0 {
            let ids: Vec<String> = ids.iter().map(|id| format!("\"{id}\"")).collect();
            writeln!(text, "{quirk} = [{}]", ids.join(", ")).expect("a text takes everything");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> Companions {
        Companions(toml::from_str(text).unwrap())
    }

    #[test]
    fn the_table_reads_what_it_writes() {
        let made = table("a-quirk = [\"BOOT-01\", \"DNS-02\"]");
        assert_eq!(table(&made.text()).0, made.0);
    }

    #[test]
    fn surprises_and_stale_entries_are_faults() {
        let claims = [Claim {
            cause: Cause::Quirk("a-quirk"),
            requirement: "DNS-01",
            outcome: Outcome::Shown {
                scenario: "somewhere".into(),
                by: None,
                others: vec!["BOOT-01".into()],
            },
        }];
        assert!(table("a-quirk = [\"BOOT-01\"]").faults(&claims).is_empty());
        assert_eq!(table("").faults(&claims).len(), 1);
        assert_eq!(table("a-quirk = [\"BOOT-01\", \"DNS-02\"]").faults(&claims).len(), 1);
    }
}
