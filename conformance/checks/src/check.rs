//! The list of checks.

use crate::{
    Finding, View, boot, dhcp, dns, dps, hub, method, mqtt, net, pnp, recon, res, sec, sntp, time, tls, twin,
};

/// Judges one requirement.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// The requirement's id.
    pub id: &'static str,
    /// True when the requirement holds in every run, whether the scenario asks for it or not. Where there is
    /// nothing to judge, such a check is silent.
    pub always: bool,
    /// Reads the trace and nothing else.
    pub judge: fn(&View<'_>) -> Finding,
}

impl Check {
    /// Every check, family by family.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        let families: [&'static [Self]; _] = [
            boot::CHECKS,
            dhcp::CHECKS,
            dns::CHECKS,
            sntp::CHECKS,
            tls::CHECKS,
            mqtt::CHECKS,
            hub::CHECKS,
            twin::CHECKS,
            method::CHECKS,
            dps::CHECKS,
            pnp::CHECKS,
            recon::CHECKS,
            res::CHECKS,
            net::CHECKS,
            time::CHECKS,
            sec::CHECKS,
        ];
        families.into_iter().flatten()
    }

    /// The check of the requirement `id`.
    #[must_use]
    pub fn of(id: &str) -> Option<&'static Self> {
        Self::all().find(|check| check.id == id)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::testing::Story;
    use crate::{Catalogue, Verdict};

    #[test]
    fn where_nothing_happened_every_check_is_inconclusive() {
        for check in Check::all() {
            Story::new().expect(check.id, Verdict::Inconclusive);
        }
    }

    #[test]
    fn every_check_has_its_requirement_and_there_is_one_of_each() {
        let mut seen = BTreeSet::new();
        for check in Check::all() {
            assert!(Catalogue::get().find(check.id).is_some(), "{} is not in the catalogue", check.id);
            assert!(seen.insert(check.id), "{} has two checks", check.id);
        }
    }
}
