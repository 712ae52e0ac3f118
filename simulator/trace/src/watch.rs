//! A value that tasks wait on, and that wakes them in the order in which they began to wait.
//!
//! The channel of this name in `tokio::sync` wakes in a random order, and what two tasks do at the same virtual
//! moment would then differ from run to run. The methods are called as they are there.

use std::fmt;
use std::ops::Deref;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use tokio::sync::Notify;

/// A watched value that starts as `value`.
pub fn channel<T>(value: T) -> (Sender<T>, Receiver<T>) {
    let state = RwLock::new(State { value, version: 0, closed: false });
    let shared = Arc::new(Shared { state, changed: Notify::new(), receivers: AtomicUsize::new(0) });
    let receiver = Receiver::new(&shared, 0);
    (Sender { shared }, receiver)
}

/// Changes the value.
#[derive(Debug)]
pub struct Sender<T> {
    shared: Arc<Shared<T>>,
}

/// Sees the value and waits for changes.
#[derive(Debug)]
pub struct Receiver<T> {
    shared: Arc<Shared<T>>,
    /// Version that was seen last.
    seen: u64,
}

/// The sender is gone: the value will not change any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("nobody can change the value any more")]
#[non_exhaustive]
pub struct Closed;

/// The value, which cannot change while this is held. Hold it over no `await`.
pub struct Ref<'a, T>(RwLockReadGuard<'a, State<T>>);

#[derive(Debug)]
struct Shared<T> {
    state: RwLock<State<T>>,
    changed: Notify,
    receivers: AtomicUsize,
}

#[derive(Debug)]
struct State<T> {
    value: T,
    version: u64,
    closed: bool,
}

impl<T> Shared<T> {
    fn read(&self) -> RwLockReadGuard<'_, State<T>> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State<T>> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Sender<T> {
    /// A receiver that has seen the present value.
    #[must_use]
    pub fn subscribe(&self) -> Receiver<T> {
        Receiver::new(&self.shared, self.shared.read().version)
    }

    /// The present value.
    #[must_use]
    pub fn borrow(&self) -> Ref<'_, T> {
        Ref(self.shared.read())
    }

    /// Puts `value` in the place of the present one, which it gives back, and wakes all waiters.
    pub fn send_replace(&self, value: T) -> T {
        let mut value = value;
        self.send_modify(|present| std::mem::swap(present, &mut value));
        value
    }

    /// Changes the value and wakes all waiters.
    pub fn send_modify(&self, change: impl FnOnce(&mut T)) {
        self.send_if_modified(|value| {
            change(value);
            true
        });
    }

    /// Wakes all waiters if `change` says that it changed the value, and says so too.
    pub fn send_if_modified(&self, change: impl FnOnce(&mut T) -> bool) -> bool {
        let modified = {
            let mut state = self.shared.write();
            let modified = change(&mut state.value);
            state.version += u64::from(modified);
            modified
        };
        if modified {
            self.shared.changed.notify_waiters();
        }
        modified
    }

    /// Receivers that there are.
    #[must_use]
    pub fn receiver_count(&self) -> usize {
        self.shared.receivers.load(Ordering::Relaxed)
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        self.shared.write().closed = true;
        self.shared.changed.notify_waiters();
    }
}

impl<T> Receiver<T> {
    fn new(shared: &Arc<Shared<T>>, seen: u64) -> Self {
        shared.receivers.fetch_add(1, Ordering::Relaxed);
        Self { shared: Arc::clone(shared), seen }
    }

    /// The present value; it does not count as seen.
    #[must_use]
    pub fn borrow(&self) -> Ref<'_, T> {
        Ref(self.shared.read())
    }

    /// The present value, which counts as seen.
    pub fn borrow_and_update(&mut self) -> Ref<'_, T> {
        let state = self.shared.read();
        self.seen = state.version;
        Ref(state)
    }

    /// Takes the present value as seen.
    pub fn mark_unchanged(&mut self) {
        self.seen = self.shared.read().version;
    }

    /// Waits for a value that was not seen, and takes it as seen.
    ///
    /// # Errors
    /// The last value was seen and the sender is gone.
    pub async fn changed(&mut self) -> Result<(), Closed> {
        loop {
            // A change from here on wakes it, although it is not polled yet.
            let changed = self.shared.changed.notified();
            let (version, closed) = {
                let state = self.shared.read();
                (state.version, state.closed)
            };
            if version != self.seen {
                self.seen = version;
                return Ok(());
            }
            if closed {
                return Err(Closed);
            }
            changed.await;
        }
    }

    /// Waits for a value that is `wanted`; the present one may be.
    ///
    /// # Errors
    /// The last value is not wanted and the sender is gone.
    pub async fn wait_for(&mut self, mut wanted: impl FnMut(&T) -> bool) -> Result<Ref<'_, T>, Closed> {
        loop {
            let changed = self.shared.changed.notified();
            let (found, closed) = {
                let state = self.shared.read();
                self.seen = state.version;
                (wanted(&state.value), state.closed)
            };
            if found {
                break;
            }
            if closed {
                return Err(Closed);
            }
            changed.await;
        }
        Ok(Ref(self.shared.read()))
    }
}

impl<T> Clone for Receiver<T> {
    fn clone(&self) -> Self {
        Self::new(&self.shared, self.seen)
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        self.shared.receivers.fetch_sub(1, Ordering::Relaxed);
    }
}

impl<T> Deref for Ref<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0.value
    }
}

impl<T: fmt::Debug> fmt::Debug for Ref<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.value.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    fn run(test: impl Future<Output = ()>) {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(test);
    }

    #[test]
    fn waiters_wake_in_the_order_in_which_they_began_to_wait() {
        run(async {
            let (sender, _receiver) = channel(0);
            let order = Arc::new(Mutex::new(Vec::new()));
            let waiters: Vec<_> = (0..50)
                .map(|number| {
                    let (mut receiver, order) = (sender.subscribe(), Arc::clone(&order));
                    tokio::spawn(async move {
                        receiver.changed().await.unwrap();
                        order.lock().unwrap().push(number);
                    })
                })
                .collect();
            tokio::task::yield_now().await;
            assert_eq!(sender.receiver_count(), 51);
            assert_eq!(sender.send_replace(1), 0);
            for waiter in waiters {
                waiter.await.unwrap();
            }
            assert_eq!(*order.lock().unwrap(), (0..50).collect::<Vec<_>>());
            assert_eq!(sender.receiver_count(), 1);
        });
    }

    #[test]
    fn a_change_is_seen_once_and_the_last_one_outlives_the_sender() {
        run(async {
            let (sender, mut receiver) = channel(1);
            sender.send_modify(|value| *value += 1);
            assert!(!sender.send_if_modified(|_| false));
            assert_eq!(receiver.changed().await, Ok(()));
            assert_eq!(*receiver.borrow(), 2);
            sender.send_replace(3);
            receiver.mark_unchanged();
            assert_eq!(*receiver.wait_for(|value| *value == 3).await.unwrap(), 3, "the present one counts");
            sender.send_replace(4);
            let mut late = sender.subscribe();
            drop(sender);
            assert_eq!(late.changed().await, Err(Closed), "what was there before is seen");
            assert_eq!(receiver.changed().await, Ok(()));
            assert_eq!(*receiver.borrow_and_update(), 4);
            assert_eq!(receiver.changed().await, Err(Closed));
            assert_eq!(receiver.wait_for(|value| *value == 5).await.err(), Some(Closed));
        });
    }

    #[test]
    fn a_waiter_learns_that_the_sender_is_gone() {
        run(async {
            let (sender, mut receiver) = channel(());
            let waiter = tokio::spawn(async move { receiver.changed().await });
            tokio::task::yield_now().await;
            drop(sender);
            assert_eq!(waiter.await.unwrap(), Err(Closed));
        });
    }
}
