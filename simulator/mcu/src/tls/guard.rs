//! The byte stream below TLS, with the device's limits and the habits of its reader.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

use super::TlsError;
use super::link::Link;
use super::record::TooLarge;
use crate::habits::TlsHabits;

/// A byte stream whose inbound records must fit the device's buffer.
#[derive(Debug)]
pub(super) struct RecordGuard<S> {
    inner: S,
    link: Arc<Link>,
    patience: Option<Patience>,
    /// Nothing is written: alerts are kept back.
    quiet: bool,
}

/// How long a record may take from its first byte to its last.
#[derive(Debug)]
struct Patience {
    span: Duration,
    /// The record that is waited for, and when that ends.
    running: Option<(u64, Pin<Box<Sleep>>)>,
}

impl<S> RecordGuard<S> {
    pub(super) fn new(inner: S, link: Arc<Link>, habits: &TlsHabits) -> Self {
        let patience = habits.record_patience.map(|span| Patience { span, running: None });
        Self { inner, link, patience, quiet: false }
    }

    /// Keeps back what TLS would write, or no longer.
    pub(super) fn set_quiet(&mut self, quiet: bool) {
        self.quiet = quiet;
    }

    /// Nothing more has come: waits for the rest of a record for as long as the habit says.
    fn poll_patience(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Some(patience) = &mut self.patience else { return Poll::Pending };
        let Some(record) = self.link.unfinished() else {
            patience.running = None;
            return Poll::Pending;
        };
        if patience.running.as_ref().is_none_or(|(known, _)| *known != record) {
            patience.running = Some((record, Box::pin(tokio::time::sleep(patience.span))));
        }
        if let Some((_, sleep)) = &mut patience.running {
            std::task::ready!(sleep.as_mut().poll(cx));
        }
        let error = TlsError::Protocol { detail: "a record is shorter than its header says".into() };
        self.link.fail(error.clone());
        Poll::Ready(Err(error.into()))
    }

    pub(super) fn inner(&self) -> &S {
        &self.inner
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for RecordGuard<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if let Some(error) = self.link.failure() {
            return Poll::Ready(Err(error.into()));
        }
        let before = buf.filled().len();
        match Pin::new(&mut self.inner).poll_read(cx, buf) {
            Poll::Ready(read) => read?,
            Poll::Pending => return self.poll_patience(cx),
        }
        match self.link.feed(&buf.filled()[before..]) {
            Ok(()) => Poll::Ready(Ok(())),
            // Records before it still reach the application; the next read fails.
            Err(TooLarge { good, .. }) if good > 0 => {
                buf.set_filled(before + good);
                Poll::Ready(Ok(()))
            }
            Err(TooLarge { error, .. }) => {
                buf.set_filled(before);
                Poll::Ready(Err(error.into()))
            }
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for RecordGuard<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        if self.quiet {
            return Poll::Pending;
        }
        Pin::new(&mut self.inner).poll_write(cx, buf)
    }

    /// Several records in one write. Without this an alert that follows a ChangeCipherSpec would be left behind: a
    /// failed handshake gets one attempt to write.
    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match bufs {
            [one] => self.poll_write(cx, one),
            several => {
                let all: Vec<u8> = several.iter().flat_map(|buf| buf.iter().copied()).collect();
                self.poll_write(cx, &all)
            }
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
