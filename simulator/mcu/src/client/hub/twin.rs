//! The twin over MQTT: requests with their ids, reports, and the reading of the whole twin.

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;
use nanorig_trace::event::DeviceEvent;
use nanorig_wire::hub::{DevicePublish, ErrorBody};
use serde_json::{Map, Value};
use tokio::sync::oneshot;

use super::desired::{Decision, DesiredState};
use super::inner::Inner;
use super::{HubError, HubEvent, Twin, TwinCollection, properties};
use crate::client::Backoff;
use crate::client::mqtt::{Outgoing, QoS, ReceivedMessage};
use crate::habits::{ReportForm, RidMatch, TwinStatusUse};

/// Reports that wait. Beyond that they are joined into one.
const REPORTS: usize = 4;

/// What the hub answered to a twin request.
#[derive(Debug)]
pub(super) struct Answer {
    status: u16,
    version: Option<i64>,
    body: Bytes,
    /// Holds the body's memory until it was read.
    _message: Option<ReceivedMessage>,
}

type Waiting = oneshot::Sender<Result<Answer, HubError>>;

/// A reported patch on its way.
#[derive(Debug)]
struct Report {
    patch: Map<String, Value>,
    waiters: Vec<oneshot::Sender<Result<i64, HubError>>>,
}

/// Everything about the twin that is changed together.
#[derive(Debug, Default)]
pub(super) struct TwinState {
    next_rid: u64,
    pending: BTreeMap<u64, Waiting>,
    pub(super) desired: DesiredState,
    reports: VecDeque<Report>,
    /// The whole twin is to be read.
    read_wanted: bool,
    was_read: bool,
}

impl TwinState {
    /// A connection was made: the twin may have changed meanwhile.
    pub(super) fn connected(&mut self, read: bool) {
        self.read_wanted |= read;
    }

    pub(super) fn was_read(&self) -> bool {
        self.was_read
    }

    /// The connection ended: no answer will come any more.
    pub(super) fn disconnected(&mut self) {
        self.pending.clear();
        self.desired.interrupted();
    }

    /// The device has another twin now.
    pub(super) fn forget(&mut self, keeps_version: bool) {
        if !keeps_version {
            self.desired.forget();
        }
    }

    fn push(&mut self, patch: Map<String, Value>, waiter: Option<oneshot::Sender<Result<i64, HubError>>>) {
        let full = self.reports.len() >= REPORTS;
        match self.reports.back_mut() {
            // The front may be under way, so only later ones are joined.
            Some(last) if full => {
                properties::join(&mut last.patch, patch);
                last.waiters.extend(waiter);
            }
            _ => self.reports.push_back(Report { patch, waiters: waiter.into_iter().collect() }),
        }
    }
}

enum Request {
    Get,
    Report(String),
}

impl Inner {
    /// Works off what the twin needs for as long as it is polled.
    pub(super) async fn twin_worker(&self) {
        loop {
            let work = self.twin_work.notified();
            let (read, report) = {
                let twin = self.twin();
                (twin.read_wanted, twin.reports.front().map(|report| report.patch.clone()))
            };
            match (read, report) {
                (true, _) => self.read_twin().await,
                (false, Some(patch)) => self.send_report(&patch).await,
                (false, None) => work.await,
            }
        }
    }

    /// Reads the twin for the application.
    pub(super) async fn fetch_twin(&self) -> Result<Twin, HubError> {
        let tries = Some(self.mcu.habits().cloud.twin.tries);
        let answer = self.request(|| Request::Get, tries).await?;
        Twin::parse(&answer.body)
    }

    /// Queues a reported patch.
    pub(super) fn report(&self, patch: Map<String, Value>) -> oneshot::Receiver<Result<i64, HubError>> {
        let (sender, receiver) = oneshot::channel();
        self.twin().push(patch, Some(sender));
        self.twin_work.notify_one();
        receiver
    }

    /// An answer came.
    pub(super) fn handle_twin_answer(
        &self,
        message: ReceivedMessage,
        status: u16,
        rid: &str,
        version: Option<i64>,
    ) {
        let limit = self.mcu.habits().cloud.twin.max_document;
        let bytes = message.payload.len();
        if bytes > limit && self.mcu.habits().cloud.twin.faults_on_large {
            self.mcu
                .record(DeviceEvent::Fault { message: format!("twin of {bytes} bytes overran its buffer") });
            return;
        }
        let result = if bytes > limit {
            Err(HubError::TooLarge { bytes, limit })
        } else {
            let body = message.payload.clone();
            Ok(Answer { status, version, body, _message: Some(message) })
        };
        self.resolve_twin(rid, result);
    }

    /// An answer came that does not fit into memory.
    pub(super) fn refuse_twin_answer(&self, rid: &str, bytes: usize) {
        let limit = self.mcu.managed().stats().largest;
        self.resolve_twin(rid, Err(HubError::TooLarge { bytes, limit }));
    }

    fn resolve_twin(&self, rid: &str, result: Result<Answer, HubError>) {
        let mut twin = self.twin();
        let waiting = match self.mcu.habits().cloud.twin.rid {
            RidMatch::First => twin.pending.pop_first().map(|(_, waiting)| waiting),
            // An id that was never given, or was answered already, is ignored.
            RidMatch::Own => u64::from_str_radix(rid, 16)
                .ok()
                .filter(|number| format!("{number:x}") == rid)
                .and_then(|number| twin.pending.remove(&number)),
        };
        drop(twin);
        if let Some(waiting) = waiting {
            let _ = waiting.send(result);
        }
    }

    /// Desired properties have changed.
    pub(super) fn handle_desired(&self, message: &ReceivedMessage, version: i64) {
        let patch = serde_json::from_slice(&message.payload).ok().and_then(TwinCollection::from_value);
        let Some(patch) = patch else {
            let text = format!("desired properties of version {version} are not a JSON object");
            self.mcu.record(DeviceEvent::Console { text });
            return;
        };
        let habits = &self.mcu.habits().cloud.twin;
        let decision = self.twin().desired.patch(version, &patch.to_value(), habits);
        match decision {
            Decision::Apply => self.apply_patch(version, &patch),
            Decision::Stale => self.record_desired(version, "patch", false, patch.to_value()),
            Decision::Wait => {}
            Decision::Gap => {
                let mut twin = self.twin();
                twin.read_wanted = true;
                twin.desired.begin_read();
                drop(twin);
                self.twin_work.notify_one();
            }
        }
    }

    fn apply_patch(&self, version: i64, patch: &TwinCollection) {
        let cloud = &self.mcu.habits().cloud;
        let mut patch = patch.clone();
        if cloud.twin.ignores_null {
            let kept = patch.properties().filter(|(_, value)| !value.is_null());
            let kept: Map<_, _> = kept.map(|(name, value)| (name.to_owned(), value.clone())).collect();
            patch = TwinCollection::from_value(kept.into()).unwrap_or_default();
        }
        if cloud.twin.fails_on_unknown
            && let Some(name) = self.properties().unknown(&patch)
        {
            self.mcu.record(DeviceEvent::Fault { message: format!("unknown property {name}") });
            return;
        }
        self.record_desired(version, "patch", true, patch.to_value());
        let report = self.properties().patch(version, &patch, &cloud.pnp);
        self.tell(HubEvent::Desired { version, properties: patch, is_full: false });
        self.queue_acknowledgements(report);
    }

    fn apply_full(&self, twin: &Twin) {
        let version = twin.desired.version().unwrap_or(0);
        let (news, later) = {
            let mut state = self.twin();
            state.was_read = true;
            state.desired.full(twin)
        };
        self.record_desired(version, "full", news, twin.desired.to_value());
        let report = self.properties().full(twin, &self.mcu.habits().cloud.pnp);
        self.tell(HubEvent::Desired { version, properties: twin.desired.clone(), is_full: true });
        self.queue_acknowledgements(report);
        for (version, patch) in later {
            let habits = &self.mcu.habits().cloud.twin;
            let decision = self.twin().desired.patch(version, &patch, habits);
            match (decision, TwinCollection::from_value(patch)) {
                (Decision::Apply, Some(patch)) => self.apply_patch(version, &patch),
                (Decision::Gap, _) => self.twin().read_wanted = true,
                _ => {}
            }
        }
    }

    fn queue_acknowledgements(&self, report: Map<String, Value>) {
        if !report.is_empty() {
            self.twin().push(report, None);
            self.twin_work.notify_one();
        }
    }

    fn record_desired(&self, version: i64, via: &str, applied: bool, properties: Value) {
        self.mcu.record(DeviceEvent::Desired { version, via: via.into(), applied, properties });
    }

    /// Reads the whole twin and applies it; does not give up while the hub is only busy.
    async fn read_twin(&self) {
        self.twin().desired.begin_read();
        let read = async { Twin::parse(&self.request(|| Request::Get, None).await?.body) };
        let result = read.await;
        self.twin().read_wanted = false;
        match result {
            Ok(twin) => self.apply_full(&twin),
            Err(HubError::NotConnected) => {
                // The next connection reads it.
                std::future::pending::<()>().await;
            }
            Err(error) => {
                self.twin().desired.interrupted();
                let text = format!("twin was not read: {error}");
                self.mcu.record(DeviceEvent::Console { text });
            }
        }
    }

    /// Sends the first report. It stays in the queue until the hub has answered.
    async fn send_report(&self, patch: &Map<String, Value>) {
        let body = match self.mcu.habits().cloud.twin.report {
            ReportForm::Json => Value::Object(patch.clone()).to_string(),
            ReportForm::UnquotedNames => {
                Value::Object(patch.clone()).to_string().replace("\":", ":").replace("{\"", "{")
            }
        };
        let result = self.request(|| Request::Report(body.clone()), None).await;
        let result = match result {
            Err(HubError::NotConnected) => return std::future::pending().await,
            Ok(answer) => Ok(answer.version.unwrap_or(0)),
            Err(error) => Err(error),
        };
        let report = self.twin().reports.pop_front();
        for waiter in report.into_iter().flat_map(|report| report.waiters) {
            let _ = waiter.send(result.clone());
        }
    }

    /// Asks until the hub has answered for good: 429, 5xx, silence and, for the client's own reading, a lack of
    /// memory are tried again with growing delays.
    async fn request(&self, make: impl Fn() -> Request, tries: Option<u32>) -> Result<Answer, HubError> {
        let habits = self.mcu.habits().cloud.clone();
        let mut backoff = Backoff::new(&habits.reconnect, self.mcu.rng().clone());
        loop {
            let request = make();
            let is_own_read = tries.is_none() && matches!(request, Request::Get);
            let error = match self.ask(request).await {
                Ok(answer) if habits.twin.status == TwinStatusUse::AllSuccess => return Ok(answer),
                Ok(answer) if (200..300).contains(&answer.status) => return Ok(answer),
                Ok(answer) => {
                    let message =
                        ErrorBody::from_json(&answer.body).map(|body| body.message).unwrap_or_default();
                    HubError::Twin { status: answer.status, message }
                }
                Err(error) => error,
            };
            let again = match &error {
                HubError::Timeout | HubError::Twin { status: 429 | 500..600, .. } => true,
                // Memory comes back, and nobody else asks for the twin before the next connection.
                HubError::OutOfMemory(_) => is_own_read,
                HubError::Twin { status: 400, .. } => habits.twin.status == TwinStatusUse::RepeatsBadRequest,
                _ => false,
            };
            if !again || tries.is_some_and(|tries| backoff.failures() + 1 >= tries) {
                return Err(error);
            }
            let mut delay = backoff.failed();
            if habits.twin.status == TwinStatusUse::Hammers {
                delay = std::time::Duration::from_millis(100);
            }
            self.mcu.clock().sleep(delay).await;
        }
    }

    /// One request and its answer.
    async fn ask(&self, request: Request) -> Result<Answer, HubError> {
        let (sender, receiver) = oneshot::channel();
        let number = {
            let mut twin = self.twin();
            twin.next_rid += 1;
            let number = twin.next_rid;
            twin.pending.insert(number, sender);
            number
        };
        let pending = Pending { inner: self, number };
        let rid = format!("{number:x}");
        let (publish, payload) = match request {
            Request::Get => (DevicePublish::TwinGet { rid }, Bytes::new()),
            Request::Report(body) => (DevicePublish::TwinReport { rid, version: None }, body.into()),
        };
        let topic = publish.format(&self.identity());
        // QoS 0: a request must not be sent again on a later connection, where nobody waits for its answer.
        let delivery = self.mqtt.publish(Outgoing { topic, payload, qos: QoS::AtMostOnce, retain: false })?;
        let unsent = async {
            match delivery.await {
                Ok(()) => std::future::pending().await,
                Err(error) => HubError::from(error),
            }
        };
        let timeout = self.mcu.clock().sleep(self.mcu.habits().cloud.twin.timeout);
        let result = tokio::select! {
            biased;
            answer = receiver => answer.unwrap_or(Err(HubError::NotConnected)),
            error = unsent => Err(error),
            () = timeout => Err(HubError::Timeout),
        };
        drop(pending);
        result
    }
}

/// Takes a request out of the list when nobody waits for it any more.
struct Pending<'a> {
    inner: &'a Inner,
    number: u64,
}

impl Drop for Pending<'_> {
    fn drop(&mut self) {
        self.inner.twin().pending.remove(&self.number);
    }
}
