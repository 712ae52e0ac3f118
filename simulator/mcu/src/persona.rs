//! Personas: named sets of quirks that stand for a firmware.

use crate::habits::Habits;
use crate::quirk::Quirk;

/// A firmware's character: the reference with these quirks.
#[derive(Clone, Copy, Debug)]
pub struct Persona {
    /// Name as written on the command line and in scenarios.
    pub name: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// Names of its quirks.
    pub quirks: &'static [&'static str],
}

/// All personas.
pub const ALL: &[Persona] =
    &[Persona { name: "reference", summary: "keeps every rule that the checks know", quirks: &[] }];

impl Persona {
    /// The persona of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        ALL.iter().find(|persona| persona.name == name)
    }

    /// Its habits.
    #[must_use]
    pub fn habits(&self) -> Habits {
        let mut habits = Habits::default();
        for name in self.quirks {
            let quirk = Quirk::named(name).expect("a test holds that every quirk of a persona exists");
            (quirk.apply)(&mut habits);
        }
        habits
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quirk;

    #[test]
    fn every_quirk_of_a_persona_exists() {
        for persona in ALL {
            for name in persona.quirks {
                assert!(quirk::ALL.iter().any(|quirk| quirk.name == *name), "{}: {name}", persona.name);
            }
        }
    }

    #[test]
    fn the_reference_is_the_default() {
        let reference = Persona::named("reference").expect("it exists");
        assert!(reference.habits() == Habits::default());
    }
}
