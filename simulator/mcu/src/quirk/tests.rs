//! What holds for every quirk.

use std::collections::BTreeSet;

use super::*;

#[test]
fn names_are_unique_and_kebab_case() {
    let names: BTreeSet<_> = ALL.iter().map(|quirk| quirk.name).collect();
    assert_eq!(names.len(), ALL.len());
    for name in names {
        assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'), "{name}");
        assert!(Quirk::named(name).is_some());
    }
}

#[test]
fn every_quirk_changes_a_habit_in_its_own_way() {
    let mut seen: Vec<(&str, Habits)> = Vec::new();
    for quirk in ALL {
        let mut habits = Habits::default();
        (quirk.apply)(&mut habits);
        assert!(habits != Habits::default(), "{} changes nothing", quirk.name);
        if let Some((other, _)) = seen.iter().find(|(_, other)| *other == habits) {
            panic!("{} does the same as {other}", quirk.name);
        }
        seen.push((quirk.name, habits));
    }
}

#[test]
fn texts_are_whole_and_requirement_ids_look_like_ids() {
    for quirk in ALL {
        assert!(!quirk.summary.is_empty() && !quirk.summary.ends_with('.'), "{}", quirk.name);
        assert!(!quirk.source.is_empty() && !quirk.source.ends_with('.'), "{}", quirk.name);
        let distinct: BTreeSet<_> = quirk.fails.iter().collect();
        assert_eq!(distinct.len(), quirk.fails.len(), "{}", quirk.name);
        for id in quirk.fails {
            let parts: Vec<_> = id.split('-').collect();
            assert!(parts.len() >= 2, "{id}");
            assert!(parts.last().is_some_and(|n| n.len() == 2 && n.parse::<u8>().is_ok()), "{id}");
            assert!(id.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-'), "{id}");
        }
    }
}

/// What needs a general MQTT broker as peer.
const EXCEPT: [(&str, u32); 1] = [("MQTT-CONN", 4)];

/// Families of which every requirement needs a quirk that shows that its check can fail.
#[test]
fn the_families_that_are_checked_first_are_covered() {
    let families = [
        ("MQTT-CONN", 8),
        ("MQTT-KEEPALIVE", 5),
        ("MQTT-PUB", 2),
        ("MQTT-QOS1", 6),
        ("MQTT-SUB", 4),
        ("HUB-SAS", 6),
        ("HUB-CONN", 4),
        ("HUB-D2C", 6),
        ("HUB-C2D", 4),
        ("TWIN-GET", 2),
        ("TWIN-VER", 2),
        ("METHOD", 5),
        ("DPS-POLL", 3),
        ("DPS-REPROV", 2),
        ("RECON-BACKOFF", 4),
    ];
    for (family, count) in families {
        for number in (1..=count).filter(|number| !EXCEPT.contains(&(family, *number))) {
            let id = format!("{family}-{number:02}");
            assert!(ALL.iter().any(|quirk| quirk.fails.contains(&id.as_str())), "no quirk fails {id}");
        }
    }
}
