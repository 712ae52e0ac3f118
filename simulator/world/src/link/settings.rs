//! What a link is like.

use std::time::Duration;

use nanorig_trace::event::Direction;

/// One direction of a link.
#[derive(Clone, Debug, PartialEq)]
pub struct PathSettings {
    /// Time that every frame takes. Default 0.
    pub latency: Duration,
    /// Largest additional random delay; frames keep their order. Default 0.
    pub jitter: Duration,
    /// Share of frames lost, 0 to 1. Default 0.
    pub loss: f64,
    /// Share of frames that arrive twice, 0 to 1. Default 0.
    pub duplicate: f64,
    /// Share of frames with one flipped bit, 0 to 1. Default 0.
    pub corrupt: f64,
    /// Share of frames that are held back so that later ones may overtake them, 0 to 1. Default 0.
    pub reorder: f64,
    /// Bits per second; none: no serialisation delay. Default none.
    pub bandwidth: Option<u64>,
    /// Largest IP packet in bytes. The MSS of passing SYNs is clamped to fit, as home routers do; a larger
    /// packet is lost without a word. Default 1500.
    pub mtu: u16,
}

impl Default for PathSettings {
    fn default() -> Self {
        Self {
            latency: Duration::ZERO,
            jitter: Duration::ZERO,
            loss: 0.0,
            duplicate: 0.0,
            corrupt: 0.0,
            reorder: 0.0,
            bandwidth: None,
            mtu: 1_500,
        }
    }
}

/// Both directions of a link.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LinkSettings {
    /// From the device.
    pub up: PathSettings,
    /// To the device.
    pub down: PathSettings,
}

impl LinkSettings {
    /// The same in both directions.
    #[must_use]
    pub fn both(path: PathSettings) -> Self {
        Self { up: path.clone(), down: path }
    }

    pub(crate) const fn path(&self, direction: Direction) -> &PathSettings {
        match direction {
            Direction::FromDevice => &self.up,
            Direction::ToDevice => &self.down,
        }
    }

    /// Names of the settings that differ from `before`, and whether each is now other than its default.
    pub(crate) fn changes_from(&self, before: &Self) -> Vec<(&'static str, bool)> {
        let none = PathSettings::default();
        let mut changes = Vec::new();
        macro_rules! compare {
            ($($field:ident),*) => { $(
                if self.up.$field != before.up.$field || self.down.$field != before.down.$field {
                    let on = self.up.$field != none.$field || self.down.$field != none.$field;
                    changes.push((stringify!($field), on));
                }
            )* };
        }
        compare!(latency, jitter, loss, duplicate, corrupt, reorder, bandwidth, mtu);
        changes
    }
}
