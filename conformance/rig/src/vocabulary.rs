//! The words that this rig understands.

use nanorig_certs::{ChainKind, RootName};
use nanorig_dut::{Named, Vocabulary};
use nanorig_mcu::profile::Profile;
use nanorig_mcu::{persona, quirk};

use crate::calls;

/// Calls, profiles, personas, quirks, certificate chains and roots; requirements and their thresholds are added by whoever knows them.
#[must_use]
pub fn vocabulary() -> Vocabulary {
    let named = |name: &str, summary: &str| Named { name: name.into(), summary: summary.into() };
    Vocabulary {
        calls: calls::specs(),
        profiles: Profile::all().iter().map(|profile| named(&profile.name, &profile.summary)).collect(),
        personas: persona::ALL.iter().map(|persona| named(persona.name, persona.summary)).collect(),
        quirks: quirk::ALL.iter().map(|quirk| named(quirk.name, quirk.summary)).collect(),
        requirements: Vec::new(),
        parameters: Vec::new(),
        certificates: ChainKind::ALL.iter().map(|kind| named(kind.name(), kind.summary())).collect(),
        roots: RootName::ALL.iter().map(|root| named(root.name(), root.summary())).collect(),
    }
}

/// Quirks that make the check of a requirement fail.
#[must_use]
pub fn quirks_that_fail(requirement: &str) -> Vec<&'static str> {
    quirk::ALL.iter().filter(|quirk| quirk.fails.contains(&requirement)).map(|quirk| quirk.name).collect()
}

/// Hostile stimuli of the cloud that provoke a requirement.
#[must_use]
pub fn stimuli_that_provoke(requirement: &str) -> Vec<&'static str> {
    let all = nanorig_cloud::hostile::ALL.iter();
    all.filter(|spec| spec.provokes.contains(&requirement)).map(|spec| spec.name).collect()
}

/// SHA-256 as lower-case hexadecimal text.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    use sha2::Digest;
    sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
