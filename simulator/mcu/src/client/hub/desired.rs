//! In which order desired properties are applied. Versions only; no I/O.

use serde_json::Value;

use super::Twin;
use crate::habits::{PatchOrder, TwinHabits};

/// Patches kept while the twin is being read. More of them make no difference: it is read again.
const WAITING: usize = 8;

/// Which version of the desired section the device has.
#[derive(Debug, Default)]
pub(super) struct DesiredState {
    applied: Option<i64>,
    /// Patches that came while the twin is being read.
    waiting: Vec<(i64, Value)>,
    reading: bool,
}

/// What to do with a patch.
#[derive(Debug, PartialEq)]
pub(super) enum Decision {
    /// Apply it.
    Apply,
    /// The device has this version, or a later one.
    Stale,
    /// It is kept until the twin has been read.
    Wait,
    /// Versions are missing: read the whole twin.
    Gap,
}

impl DesiredState {
    /// Version that was applied last.
    pub(super) fn applied(&self) -> Option<i64> {
        self.applied
    }

    /// The twin is going to be read.
    pub(super) fn begin_read(&mut self) {
        self.reading = true;
    }

    /// The connection ended: what waited is in the twin that will be read after the next one.
    pub(super) fn interrupted(&mut self) {
        self.reading = false;
        self.waiting.clear();
    }

    /// The device belongs to another hub now, or its twin is another one.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    /// A patch of this version came.
    pub(super) fn patch(&mut self, version: i64, patch: &Value, habits: &TwinHabits) -> Decision {
        if habits.order == PatchOrder::AsTheyCome {
            self.applied = Some(version);
            return Decision::Apply;
        }
        match self.applied {
            Some(applied) if version <= applied => Decision::Stale,
            _ if self.reading => {
                if self.waiting.len() < WAITING {
                    self.waiting.push((version, patch.clone()));
                }
                Decision::Wait
            }
            Some(applied) if version == applied + 1 => {
                self.applied = Some(version);
                Decision::Apply
            }
            _ if habits.ignores_gaps => {
                self.applied = Some(version);
                Decision::Apply
            }
            _ => Decision::Gap,
        }
    }

    /// The whole twin was read. Returns whether its desired section is news, and the patches that follow it.
    pub(super) fn full(&mut self, twin: &Twin) -> (bool, Vec<(i64, Value)>) {
        self.reading = false;
        let version = twin.desired.version().unwrap_or(0);
        // A lower version is the twin of a device that was made anew.
        let news = self.applied != Some(version);
        self.applied = Some(version);
        let mut waiting = std::mem::take(&mut self.waiting);
        waiting.retain(|(other, _)| *other > version);
        waiting.sort_by_key(|(version, _)| *version);
        (news, waiting)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn twin(version: i64) -> Twin {
        let body = json!({ "desired": { "$version": version }, "reported": { "$version": 1 } });
        Twin::parse(body.to_string().as_bytes()).unwrap()
    }

    fn patch(state: &mut DesiredState, version: i64) -> Decision {
        state.patch(version, &json!({}), &TwinHabits::default())
    }

    #[test]
    fn versions_5_7_6_7() {
        let mut state = DesiredState::default();
        assert_eq!(state.full(&twin(4)), (true, vec![]));
        assert_eq!(patch(&mut state, 5), Decision::Apply);
        assert_eq!(patch(&mut state, 7), Decision::Gap);
        state.begin_read();
        assert_eq!(state.full(&twin(7)), (true, vec![]));
        assert_eq!(patch(&mut state, 6), Decision::Stale);
        assert_eq!(patch(&mut state, 7), Decision::Stale);
        assert_eq!(patch(&mut state, 8), Decision::Apply);
    }

    #[test]
    fn what_comes_while_reading_waits_and_is_sorted() {
        let mut state = DesiredState::default();
        state.begin_read();
        assert_eq!(patch(&mut state, 9), Decision::Wait);
        assert_eq!(patch(&mut state, 8), Decision::Wait);
        assert_eq!(patch(&mut state, 7), Decision::Wait);
        let (news, waiting) = state.full(&twin(7));
        assert!(news);
        assert_eq!(waiting.iter().map(|(version, _)| *version).collect::<Vec<_>>(), [8, 9]);
        assert_eq!(patch(&mut state, 8), Decision::Apply);
    }

    #[test]
    fn the_same_twin_is_no_news_and_an_older_one_is_another_device() {
        let mut state = DesiredState::default();
        state.full(&twin(5));
        assert!(!state.full(&twin(5)).0);
        assert!(state.full(&twin(1)).0);
        assert_eq!(state.applied(), Some(1));
    }

    #[test]
    fn habits_apply_what_they_should_not() {
        let mut state = DesiredState::default();
        state.full(&twin(5));
        let gaps = TwinHabits { ignores_gaps: true, ..TwinHabits::default() };
        assert_eq!(state.patch(7, &json!({}), &gaps), Decision::Apply);
        let any = TwinHabits { order: PatchOrder::AsTheyCome, ..TwinHabits::default() };
        assert_eq!(state.patch(6, &json!({}), &any), Decision::Apply);
    }
}
