//! What the runner waits for, and what the wait ends with.

use nanorig_dut::CallId;
use nanorig_scenario::EventPattern;
use nanorig_trace::watch;
use tokio::time::Instant;

use crate::pending::Side;

/// What the runner waits for.
pub(crate) enum Goal<'g> {
    /// The call of this side and id.
    Call(Side, CallId),
    /// An event, so many times.
    Event(&'g EventPattern, u32),
    /// The deadline.
    Deadline,
    /// The end of all calls.
    Idle,
}

/// What the wait ended with.
pub(crate) enum Reached {
    Goal,
    Deadline { found: u32 },
}

/// Waits for the next record, where records matter.
pub(crate) async fn changed(news: &mut Option<watch::Receiver<usize>>) {
    match news {
        // An error means that nobody will record any more.
        Some(news) => drop(news.changed().await),
        None => std::future::pending().await,
    }
}

/// Sleeps until `deadline`, or for ever when there is none.
pub(crate) async fn sleep_until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}
