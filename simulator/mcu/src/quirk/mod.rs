//! Quirks: named, documented deviations of firmware, each of which breaks known requirements.

use crate::habits::Habits;

/// One deviation. It stands in a file of its own.
#[derive(Clone, Copy, Debug)]
pub struct Quirk {
    /// Name as written on the command line and in scenarios, kebab case.
    pub name: &'static str,
    /// What the firmware does, one sentence.
    pub summary: &'static str,
    /// Where this was seen, or which rule it breaks.
    pub source: &'static str,
    /// Ids of the requirements that it breaks.
    pub fails: &'static [&'static str],
    /// Sets the habit.
    pub apply: fn(&mut Habits),
}

/// All quirks.
pub const ALL: &[Quirk] = &[];

impl Quirk {
    /// The quirk of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        ALL.iter().find(|quirk| quirk.name == name)
    }
}
