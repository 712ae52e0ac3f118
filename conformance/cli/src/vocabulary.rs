//! All words that scenarios may use, gathered from the crates that define them.

use nanorig_checks::Catalogue;
use nanorig_dut::{Named, Vocabulary};

/// The vocabulary of this binary.
pub(crate) fn vocabulary() -> Vocabulary {
    let requirements = Catalogue::get()
        .all()
        .iter()
        .map(|requirement| Named { name: requirement.id.clone(), summary: requirement.text.clone() })
        .collect();
    let thresholds = Catalogue::get().all().iter().flat_map(|requirement| &requirement.parameters);
    let mut parameters: Vec<Named> = thresholds
        .map(|(name, parameter)| Named { name: name.clone(), summary: parameter.meaning.clone() })
        .collect();
    parameters.sort_by(|a, b| a.name.cmp(&b.name));
    parameters.dedup_by(|a, b| a.name == b.name);
    Vocabulary { requirements, parameters, ..nanorig_rig::vocabulary() }
}
