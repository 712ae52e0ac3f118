//! Performs calls as tasks.

use std::collections::BTreeMap;

use nanorig_dut::{Call, CallId, HandError, Outcome};
use tokio::task::{AbortHandle, JoinSet};

use super::{Stage, panics};
use crate::calls;

/// The calls of one hand that have not ended.
pub(crate) struct Calls {
    stage: Stage,
    running: JoinSet<(CallId, Outcome)>,
    handles: BTreeMap<CallId, AbortHandle>,
    last: u64,
}

impl Calls {
    pub(crate) fn new(stage: Stage) -> Self {
        Self { stage, running: JoinSet::new(), handles: BTreeMap::new(), last: 0 }
    }

    pub(crate) fn start(&mut self, call: Call) -> Result<CallId, HandError> {
        let entry =
            calls::find(call.spec.hand, call.spec.name).ok_or(HandError::UnknownCall(call.spec.name))?;
        self.last += 1;
        let id = CallId(self.last);
        let performing = (entry.perform)(self.stage.clone(), call.args);
        let handle = self.running.spawn(async move { (id, performing.await) });
        self.handles.insert(id, handle);
        Ok(id)
    }

    pub(crate) async fn finished(&mut self) -> Result<(CallId, Outcome), HandError> {
        loop {
            match self.running.join_next().await {
                Some(Ok((id, outcome))) => {
                    self.handles.remove(&id);
                    return Ok((id, outcome));
                }
                Some(Err(error)) if error.is_cancelled() => {}
                Some(Err(error)) => {
                    let seen = panics::take();
                    let what = if seen.is_empty() { error.to_string() } else { seen.join("; ") };
                    return Err(HandError::Bench(format!("a call panicked: {what}")));
                }
                None => std::future::pending().await,
            }
        }
    }

    pub(crate) fn abandon(&mut self, id: CallId) {
        if let Some(handle) = self.handles.remove(&id) {
            handle.abort();
        }
    }
}
