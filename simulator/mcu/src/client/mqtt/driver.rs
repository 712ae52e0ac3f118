//! The task of one connection: moves bytes between session and transport, and keeps time.

use std::future::{Future, poll_fn};
use std::io;
use std::mem::MaybeUninit;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use nanorig_trace::Time;
use nanorig_world::Alarm;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};

use super::session::{CloseReason, StateName, Token, Transmit};
use super::shared::Shared;
use crate::client::Transport;
use crate::heap::HeapBlock;
use crate::tls::TlsError;

/// Bytes read at once, as the receive loop of a small client does.
const READ_BYTES: usize = 1024;
/// Longest wait for the other side while a connection is closed.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

pub(super) struct Driver {
    shared: Arc<Shared>,
    /// Taken out at the end.
    transport: Option<Box<dyn Transport>>,
    generation: u64,
    writing: Option<Writing>,
    /// Memory of the packet that is being received.
    receiving: Option<HeapBlock>,
    alarm: Alarm,
}

/// A packet on its way into the transport. Its memory is freed with it.
struct Writing {
    bytes: Vec<u8>,
    written: usize,
    completes: Option<Token>,
    _memory: HeapBlock,
}

/// What ended a wait.
enum Happened {
    Read(Vec<u8>),
    Progress,
    /// By the other side.
    Ended,
    Failed(io::Error),
}

impl Driver {
    pub(super) fn new(shared: Arc<Shared>, transport: Box<dyn Transport>, generation: u64) -> Self {
        let alarm = Alarm::new(*shared.mcu.clock());
        Self { shared, transport: Some(transport), generation, writing: None, receiving: None, alarm }
    }

    pub(super) async fn run(mut self) {
        let mut give_up: Option<Time> = None;
        loop {
            self.next_packet();
            let mut deadline = self.shared.core().session.next_deadline();
            if self.shared.core().session.state() == StateName::Closing {
                // What is left to write goes out, if the other side takes it.
                let now = self.shared.mcu.now();
                let late = *give_up.get_or_insert(now + CLOSE_TIMEOUT);
                if self.writing.is_none() || now >= late {
                    break;
                }
                deadline = Some(late);
            }
            match self.wait(deadline).await {
                Happened::Read(bytes) => {
                    let now = self.shared.mcu.now();
                    // Packet and copy of the message must both fit; what is being received has its share.
                    let reserved = self.receiving.as_ref().map_or(0, HeapBlock::bytes);
                    let budget = (self.shared.mcu.managed().stats().largest + reserved) / 2;
                    let mut core = self.shared.core();
                    core.session.set_inbound_budget(budget);
                    core.session.receive(now, &bytes);
                    drop(core);
                    self.reserve_incoming();
                }
                Happened::Progress => {
                    let now = self.shared.mcu.now();
                    self.shared.core().session.handle_timeout(now);
                }
                Happened::Ended => {
                    self.shared.core().session.stream_ended();
                    self.shared.settle();
                    break;
                }
                Happened::Failed(error) => {
                    let kind = TlsError::of(&error).kind();
                    self.shared.core().session.transport_failed(kind);
                    break;
                }
            }
            self.shared.settle();
        }
        self.close().await;
    }

    /// Takes the next packet from the session, if none is being written.
    fn next_packet(&mut self) {
        let mut taken = false;
        while self.writing.is_none() {
            let now = self.shared.mcu.now();
            let transmit = self.shared.core().session.poll_transmit(now);
            let Some(Transmit { bytes, begins, completes }) = transmit else { break };
            match self.shared.mcu.managed().alloc(bytes.len(), "mqtt-packet") {
                Ok(memory) => self.writing = Some(Writing { bytes, written: 0, completes, _memory: memory }),
                Err(error) => self.shared.no_memory(begins, error),
            }
            taken = true;
        }
        if taken {
            // A habit may count the message as delivered now.
            self.shared.settle();
        }
    }

    /// The packet that is being received lies in one array of its full length.
    fn reserve_incoming(&mut self) {
        let bytes = self.shared.core().session.incoming_bytes();
        let reserved = self.receiving.as_ref().map_or(0, HeapBlock::bytes);
        if bytes == 0 {
            self.receiving = None;
        } else if reserved < bytes {
            self.receiving = None;
            match self.shared.mcu.managed().alloc(bytes, "mqtt-packet") {
                Ok(memory) => self.receiving = Some(memory),
                Err(_) => self.shared.core().session.close(CloseReason::OutOfMemory),
            }
        }
    }

    /// Waits for bytes, for the application, for room in the transport, or for the deadline.
    async fn wait(&mut self, deadline: Option<Time>) -> Happened {
        let shared = Arc::clone(&self.shared);
        let mut woken = pin!(shared.wake.notified());
        self.alarm.set(deadline);
        poll_fn(|context| {
            let Some(transport) = &mut self.transport else { return Poll::Ready(Happened::Ended) };
            let mut progress = false;
            while let Some(writing) = &mut self.writing {
                match Pin::new(&mut *transport).poll_write(context, &writing.bytes[writing.written..]) {
                    Poll::Ready(Ok(0)) => return Poll::Ready(Happened::Ended),
                    Poll::Ready(Err(error)) => return Poll::Ready(Happened::Failed(error)),
                    Poll::Ready(Ok(count)) => {
                        writing.written += count;
                        if writing.written == writing.bytes.len() {
                            if let Some(token) = writing.completes {
                                shared.written(token);
                            }
                            self.writing = None;
                            progress = true;
                        }
                    }
                    Poll::Pending => break,
                }
            }
            // TLS keeps records back until it is flushed.
            if let Poll::Ready(Err(error)) = Pin::new(&mut *transport).poll_flush(context) {
                return Poll::Ready(Happened::Failed(error));
            }
            // On the stack, so that an idle connection owns no buffer.
            let mut buffer = [MaybeUninit::uninit(); READ_BYTES];
            let mut read = ReadBuf::uninit(&mut buffer);
            match Pin::new(transport).poll_read(context, &mut read) {
                Poll::Ready(Ok(())) if read.filled().is_empty() => return Poll::Ready(Happened::Ended),
                Poll::Ready(Ok(())) => return Poll::Ready(Happened::Read(read.filled().to_vec())),
                Poll::Ready(Err(error)) => return Poll::Ready(Happened::Failed(error)),
                Poll::Pending => {}
            }
            let woken = woken.as_mut().poll(context).is_ready();
            let late = self.alarm.poll_ring(context).is_ready();
            if progress || woken || late { Poll::Ready(Happened::Progress) } else { Poll::Pending }
        })
        .await
    }

    /// Ends the transport in order, but not for longer than the peer deserves.
    async fn close(&mut self) {
        let Some(transport) = self.transport.take() else { return };
        if let Some(mut transport) = self.shared.keep(transport) {
            let orderly = async {
                let _ = transport.shutdown().await;
            };
            let late = self.shared.mcu.clock().sleep(CLOSE_TIMEOUT);
            tokio::select! {
                biased;
                () = orderly => {}
                () = late => {}
            }
        }
        self.shared.keep_memory();
    }
}

/// However the task ends, also with the device's power, the session learns that its transport is gone.
impl Drop for Driver {
    fn drop(&mut self) {
        self.writing = None;
        self.receiving = None;
        let mut core = self.shared.core();
        if core.generation == self.generation {
            core.session.transport_closed();
        }
        drop(core);
        self.shared.settle();
    }
}
