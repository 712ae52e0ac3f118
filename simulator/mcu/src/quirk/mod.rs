//! Quirks: named, documented deviations of firmware, each of which breaks known requirements.

mod dps;
mod hub;
mod method;
mod mqtt;
mod net;
mod pnp;
mod recon;
mod res;
#[cfg(test)]
mod tests;
mod tls;
mod twin;

use crate::habits::Habits;

/// One deviation. Each stands in a file of its own, by area.
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

/// All quirks, by area and name.
pub const ALL: &[Quirk] = &all();

const AREAS: [&[Quirk]; 10] = [
    dps::LIST,
    hub::LIST,
    method::LIST,
    mqtt::LIST,
    net::LIST,
    pnp::LIST,
    recon::LIST,
    res::LIST,
    tls::LIST,
    twin::LIST,
];

const COUNT: usize = {
    let (mut count, mut area) = (0, 0);
    while area < AREAS.len() {
        count += AREAS[area].len();
        area += 1;
    }
    count
};

/// The lists of the areas, one after the other.
const fn all() -> [Quirk; COUNT] {
    let mut all = [AREAS[0][0]; COUNT];
    let (mut next, mut area) = (0, 0);
    while area < AREAS.len() {
        let mut place = 0;
        while place < AREAS[area].len() {
            all[next] = AREAS[area][place];
            next += 1;
            place += 1;
        }
        area += 1;
    }
    all
}

impl Quirk {
    /// The quirk of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        ALL.iter().find(|quirk| quirk.name == name)
    }
}
