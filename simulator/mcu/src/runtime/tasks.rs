//! The tasks of the firmware, which all end when the device does.

use std::sync::{Mutex, PoisonError};

use tokio::task::{AbortHandle, JoinHandle};

/// Handles of running tasks.
#[derive(Debug, Default)]
pub(crate) struct TaskSet {
    handles: Mutex<Vec<AbortHandle>>,
}

impl TaskSet {
    /// Starts a task on the current tokio runtime.
    pub(crate) fn spawn<F>(&self, task: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let handle = tokio::spawn(task);
        let mut handles = self.handles.lock().unwrap_or_else(PoisonError::into_inner);
        // Finished tasks are swept when the list would have to grow, so that the sweep costs nothing in the mean.
        if handles.len() == handles.capacity() {
            handles.retain(|handle| !handle.is_finished());
        }
        handles.push(handle.abort_handle());
        handle
    }

    /// Ends every task at its next await.
    pub(crate) fn abort_all(&self) {
        let handles = std::mem::take(&mut *self.handles.lock().unwrap_or_else(PoisonError::into_inner));
        for handle in handles {
            handle.abort();
        }
    }
}
