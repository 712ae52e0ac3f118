//! State of libraries that lives from boot to boot, one value of each type.

use std::any::{Any, TypeId};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// One value of each type that was asked for.
#[derive(Debug, Default)]
pub(crate) struct BootState {
    values: Mutex<BTreeMap<TypeId, Arc<dyn Any + Send + Sync>>>,
}

impl BootState {
    /// The value of type `T`, made by `Default` when there is none since the last boot.
    pub(crate) fn of<T: Default + Send + Sync + 'static>(&self) -> Arc<T> {
        let mut values = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        let value = values.entry(TypeId::of::<T>()).or_insert_with(|| Arc::new(T::default()));
        Arc::clone(value).downcast().expect("the value under a type's id is of that type")
    }

    /// Forgets all values.
    pub(crate) fn clear(&self) {
        let values = std::mem::take(&mut *self.values.lock().unwrap_or_else(PoisonError::into_inner));
        drop(values);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_lives_until_it_is_cleared() {
        let state = BootState::default();
        *state.of::<Mutex<u32>>().lock().unwrap() = 5;
        assert_eq!(*state.of::<Mutex<u32>>().lock().unwrap(), 5);
        state.clear();
        assert_eq!(*state.of::<Mutex<u32>>().lock().unwrap(), 0);
    }
}
