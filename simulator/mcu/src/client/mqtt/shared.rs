//! What the handle and the task of a connection share: the session and those who wait for it.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use nanorig_trace::Body;
use nanorig_trace::event::DeviceEvent;
use nanorig_wire::mqtt::{Publish, SubAckCode};
use tokio::sync::{Notify, mpsc, oneshot};

use super::MqttError;
use super::error::{close_kind, status_reason};
use super::message::{MqttEvent, ReceivedMessage};
use super::session::{AckToken, CloseReason, Session, SessionEvent, Token};
use crate::Mcu;
use crate::client::Transport;
use crate::heap::{HeapBlock, OutOfMemory};

pub(super) struct Shared {
    pub(super) mcu: Mcu,
    pub(super) records: bool,
    pub(super) core: Mutex<Core>,
    /// Wakes the connection's task.
    pub(super) wake: Notify,
    /// Wakes those who wait for room in the window.
    pub(super) room: Notify,
}

/// Everything that is changed together.
pub(super) struct Core {
    pub(super) session: Session,
    pub(super) waiters: BTreeMap<Token, Waiter>,
    /// Memory of messages that are not delivered yet.
    pub(super) memory: BTreeMap<Token, HeapBlock>,
    pub(super) connecting: Option<oneshot::Sender<Result<bool, MqttError>>>,
    /// Boxed: the channel keeps room for 32 of them from the start.
    pub(super) events: mpsc::UnboundedSender<Box<MqttEvent>>,
    pub(super) established: bool,
    /// Counts connections; the task of an old one must not touch the new one.
    pub(super) generation: u64,
    /// Sockets and memory that a quirk never gives back.
    pub(super) leaked: Vec<Box<dyn Transport>>,
    pub(super) leaked_memory: Vec<HeapBlock>,
}

/// Called when a message is done, with its memory. Must not call the client.
pub(crate) type OnDone = Box<dyn FnOnce(Result<(), MqttError>, HeapBlock) + Send>;

pub(super) enum Waiter {
    Publish(OnDone),
    Subscribe(oneshot::Sender<Result<Vec<SubAckCode>, MqttError>>),
    Unsubscribe(oneshot::Sender<Result<(), MqttError>>),
}

impl Shared {
    /// No code panics while it holds the lock, so that a poisoned state is still whole.
    pub(super) fn core(&self) -> MutexGuard<'_, Core> {
        self.core.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells everybody what the session has to report.
    pub(super) fn settle(&self) {
        let mut core = self.core();
        while let Some(event) = core.session.poll_event() {
            self.report(&mut core, event);
        }
        drop(core);
        self.room.notify_waiters();
    }

    /// A QoS 0 message was written.
    pub(super) fn written(&self, token: Token) {
        let mut core = self.core();
        core.session.handle_written(token);
        core.finish_publish(token, Ok(()));
    }

    /// A packet does not fit into memory. The message that begins with it fails; without any other packet
    /// the connection cannot go on.
    pub(super) fn no_memory(&self, begins: Option<Token>, error: OutOfMemory) {
        let mut core = self.core();
        match begins {
            Some(token) => {
                core.session.give_up(token);
                core.finish_publish(token, Err(error.into()));
            }
            None => core.session.close(CloseReason::OutOfMemory),
        }
    }

    /// Keeps what should be closed, as a quirk does; else gives it back.
    pub(super) fn keep(&self, transport: Box<dyn Transport>) -> Option<Box<dyn Transport>> {
        if self.mcu.habits().cloud.leaks.sockets {
            self.core().leaked.push(transport);
            return None;
        }
        Some(transport)
    }

    /// Keeps a part of the memory of a connection that has ended, as a quirk does. What is kept fits: it was the
    /// connection's own.
    pub(super) fn keep_memory(&self) {
        let bytes = self.mcu.habits().cloud.leaks.per_connection;
        if bytes > 0
            && let Ok(block) = self.mcu.native().alloc(bytes, "connection-leak")
        {
            self.core().leaked_memory.push(block);
        }
    }

    fn report(&self, core: &mut Core, event: SessionEvent) {
        match event {
            SessionEvent::Connected { session_present } => {
                core.established = true;
                self.record_status("Connected", "ok");
                if let Some(sender) = core.connecting.take() {
                    let _ = sender.send(Ok(session_present));
                }
            }
            SessionEvent::Message { publish, ack } => self.take_message(core, publish, ack),
            SessionEvent::Oversize { topic, bytes, limit, ack } => {
                self.mcu.record(DeviceEvent::BudgetExceeded {
                    budget: "managed-heap".into(),
                    what: "mqtt-packet".into(),
                    wanted: bytes as u64,
                    left: limit as u64,
                });
                if let Some(ack) = ack {
                    core.session.accept(ack);
                }
                let _ = core.events.send(Box::new(MqttEvent::Oversize { topic, bytes }));
            }
            SessionEvent::Delivered { token } => core.finish_publish(token, Ok(())),
            SessionEvent::Abandoned { token } => core.finish_publish(token, Err(MqttError::SessionLost)),
            SessionEvent::Subscribed { token, codes } => {
                if let Some(Waiter::Subscribe(sender)) = core.waiters.remove(&token) {
                    let _ = sender.send(Ok(codes));
                }
            }
            SessionEvent::Unsubscribed { token } => {
                if let Some(Waiter::Unsubscribe(sender)) = core.waiters.remove(&token) {
                    let _ = sender.send(Ok(()));
                }
            }
            SessionEvent::RequestLost { token } => match core.waiters.remove(&token) {
                Some(Waiter::Subscribe(sender)) => {
                    let _ = sender.send(Err(MqttError::NotConnected));
                }
                Some(Waiter::Unsubscribe(sender)) => {
                    let _ = sender.send(Err(MqttError::NotConnected));
                }
                Some(Waiter::Publish(_)) | None => {}
            },
            SessionEvent::Closed { reason } => self.report_closed(core, reason),
        }
    }

    fn report_closed(&self, core: &mut Core, reason: CloseReason) {
        let word = close_kind(&reason);
        if std::mem::take(&mut core.established) {
            self.record_status("Disconnected", status_reason(word));
            let _ = core.events.send(Box::new(MqttEvent::Disconnected { reason: reason.clone() }));
        } else {
            self.record_status("Failed", status_reason(word));
        }
        if let Some(sender) = core.connecting.take() {
            let error = match reason {
                CloseReason::Refused(code) => MqttError::Refused(code),
                other => MqttError::Closed(other),
            };
            let _ = sender.send(Err(error));
        }
    }

    /// A message costs its packet and its copy on the managed heap; the packet's share is freed once the
    /// copy is made. Without memory the message is not acknowledged, and the connection cannot go on.
    fn take_message(&self, core: &mut Core, publish: Publish, ack: Option<AckToken>) {
        let bytes = publish.topic.len() + publish.payload.len();
        let managed = self.mcu.managed();
        let memory = managed
            .alloc(publish.payload.len(), "mqtt-packet")
            .and_then(|_packet| managed.alloc(bytes, "mqtt-message"));
        let Ok(memory) = memory else {
            core.session.close(CloseReason::OutOfMemory);
            return;
        };
        if let Some(ack) = ack {
            core.session.accept(ack);
        }
        if self.records {
            let (topic, body) = (publish.topic.clone(), Body::from(&publish.payload[..]));
            self.mcu.record(DeviceEvent::Message { topic, body });
        }
        let message = ReceivedMessage {
            topic: publish.topic,
            payload: publish.payload,
            qos: publish.qos,
            retain: publish.retain,
            dup: publish.dup,
            memory,
        };
        let _ = core.events.send(Box::new(MqttEvent::Message(message)));
    }

    pub(super) fn record_status(&self, status: &str, reason: &str) {
        if self.records {
            let (status, reason) = (status.into(), reason.into());
            self.mcu.record(DeviceEvent::Status { client: "mqtt".into(), status, reason });
        }
    }
}

impl Core {
    fn finish_publish(&mut self, token: Token, result: Result<(), MqttError>) {
        let memory = self.memory.remove(&token);
        if let (Some(Waiter::Publish(done)), Some(memory)) = (self.waiters.remove(&token), memory) {
            done(result, memory);
        }
    }
}
