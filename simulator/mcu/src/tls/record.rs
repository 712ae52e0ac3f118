//! The record layer as the device's buffers see it.
//!
//! rustls takes records of any legal size. A device has a buffer, so the headers (5 bytes, in clear
//! in every version) are watched on their way in and a record that does not fit ends the
//! connection. What is inside is not looked at, but for the version in the ServerHello.

mod server_hello;

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::TlsError;
use super::link::Link;
use super::memory::Version;
use crate::profile::Tls;
use server_hello::ServerHello;

const HEADER: usize = 5;
/// RFC 8446 5.1; 24 is the heartbeat of RFC 6520.
const CONTENT_TYPES: std::ops::RangeInclusive<u8> = 20..=24;
const MAJOR_VERSION: u8 = 3;
const CHANGE_CIPHER_SPEC: u8 = 20;
const HANDSHAKE: u8 = 22;
const APPLICATION_DATA: u8 = 23;

/// Explicit nonce and tag of AES-GCM in TLS 1.2 (RFC 5288 3).
const PROTECTION_12: usize = 24;
/// Content type and tag in TLS 1.3 (RFC 8446 5.2).
const PROTECTION_13: usize = 17;

/// Watches the headers of inbound records.
#[derive(Debug)]
pub(super) struct Records {
    header: [u8; HEADER],
    /// Bytes of the next header that are here.
    have: usize,
    /// Bytes of the record that are still to come.
    left: usize,
    hello: ServerHello,
    /// ChangeCipherSpec was seen: in TLS 1.2 everything after it is protected.
    protected: bool,
    limits: Limits,
}

#[derive(Clone, Copy, Debug)]
struct Limits {
    input: usize,
    after_handshake_12: usize,
}

/// The bytes before `good` are whole records or the beginning of one that fits.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooLarge {
    pub(super) good: usize,
    pub(super) error: TlsError,
}

impl Records {
    pub(super) fn new(figures: &Tls) -> Self {
        let after_handshake_12 = figures.record_limit_12.unwrap_or(figures.input).min(figures.input);
        Self {
            header: [0; HEADER],
            have: 0,
            left: 0,
            hello: ServerHello::new(),
            protected: false,
            limits: Limits { input: figures.input, after_handshake_12 },
        }
    }

    /// The version that the server chose, when its ServerHello has passed.
    pub(super) fn version(&self) -> Option<Version> {
        self.hello.version()
    }

    /// Takes the next bytes of the stream.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Result<(), TooLarge> {
        let mut at = 0;
        // Where the header that is being read began, 0 when that was in earlier bytes.
        let mut began = 0;
        while at < bytes.len() {
            if self.left > 0 {
                let taken = self.left.min(bytes.len() - at);
                if self.header[0] == HANDSHAKE && !self.protected {
                    self.hello.feed(&bytes[at..at + taken]);
                }
                self.left -= taken;
                at += taken;
                continue;
            }
            if self.have == 0 {
                began = at;
            }
            self.header[self.have] = bytes[at];
            self.have += 1;
            at += 1;
            if self.have == HEADER {
                self.have = 0;
                self.left = usize::from(u16::from_be_bytes([self.header[3], self.header[4]]));
                self.check().map_err(|error| TooLarge { good: began, error })?;
                self.protected |= self.header[0] == CHANGE_CIPHER_SPEC;
            }
        }
        Ok(())
    }

    /// Whether the record whose header was just read fits.
    fn check(&self) -> Result<(), TlsError> {
        if !CONTENT_TYPES.contains(&self.header[0]) || self.header[1] != MAJOR_VERSION {
            // No record at all. That is for rustls to say.
            return Ok(());
        }
        let (protection, limit) = match (self.header[0], self.version()) {
            // In TLS 1.2 application data comes after the handshake only.
            (APPLICATION_DATA, Some(Version::Tls12)) => (PROTECTION_12, self.limits.after_handshake_12),
            (APPLICATION_DATA, _) => (PROTECTION_13, self.limits.input),
            (_, Some(Version::Tls12)) if self.protected => (PROTECTION_12, self.limits.input),
            _ => (0, self.limits.input),
        };
        let bytes = self.left.saturating_sub(protection);
        if bytes > limit {
            return Err(TlsError::RecordTooLarge { what: "record", bytes, limit });
        }
        Ok(())
    }
}

/// A byte stream whose inbound records must fit the device's buffer.
#[derive(Debug)]
pub(super) struct RecordGuard<S> {
    inner: S,
    link: Arc<Link>,
}

impl<S> RecordGuard<S> {
    pub(super) fn new(inner: S, link: Arc<Link>) -> Self {
        Self { inner, link }
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
        std::task::ready!(Pin::new(&mut self.inner).poll_read(cx, buf))?;
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
        Pin::new(&mut self.inner).poll_write(cx, buf)
    }

    /// Several records in one write. Without this an alert that follows a ChangeCipherSpec would be left behind: a
    /// failed handshake gets one attempt to write.
    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match bufs {
            [one] => Pin::new(&mut self.inner).poll_write(cx, one),
            several => {
                let all: Vec<u8> = several.iter().flat_map(|buf| buf.iter().copied()).collect();
                Pin::new(&mut self.inner).poll_write(cx, &all)
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

#[cfg(test)]
mod tests;
