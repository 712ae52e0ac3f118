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
    Vocabulary { requirements, ..nanorig_rig::vocabulary() }
}
