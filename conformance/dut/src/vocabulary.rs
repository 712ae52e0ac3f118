//! The words that a scenario may use.

use crate::{CallSpec, Hand};

/// A name with one sentence about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The name as written.
    pub name: String,
    /// One sentence.
    pub summary: String,
}

/// All names that a scenario can refer to, collected from the crates that define them.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    /// Device actions and stimuli.
    pub calls: Vec<&'static CallSpec>,
    /// Budget profiles.
    pub profiles: Vec<Named>,
    /// Personas.
    pub personas: Vec<Named>,
    /// Quirks.
    pub quirks: Vec<Named>,
    /// Requirement ids.
    pub requirements: Vec<Named>,
    /// Thresholds of requirements.
    pub parameters: Vec<Named>,
    /// Certificate chains that a server can present.
    pub certificates: Vec<Named>,
    /// Roots that a device can trust and a chain can lead to.
    pub roots: Vec<Named>,
}

impl Vocabulary {
    /// The call of this name and hand.
    #[must_use]
    pub fn call(&self, hand: Hand, name: &str) -> Option<&'static CallSpec> {
        self.calls.iter().copied().find(|spec| spec.hand == hand && spec.name == name)
    }
}
