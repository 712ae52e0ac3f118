//! An established TLS connection.

use std::io;
use std::net::SocketAddrV4;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use nanorig_trace::Recorder;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio_rustls::client::TlsStream;

use super::guard::RecordGuard;
use super::link::Link;
use super::stack::{Trust, failed};
use super::{TlsError, TlsOptions};
use crate::habits::RecordErrors;
use crate::net::TcpStream;
use crate::runtime::Mcu;
use crate::socket_table::TlsContextSlot;

/// How long an orderly end may take.
const FAREWELL: Duration = Duration::from_secs(10);

/// A TLS connection of the device, as `System.Net.Security.SslStream`.
///
/// Its context and heap are free again when it is dropped, or after [`close`](Self::close).
#[derive(Debug)]
pub struct SslStream<S = TcpStream> {
    stream: TlsStream<RecordGuard<S>>,
    established: Established,
    /// The first failure was recorded.
    failed: bool,
    /// A record error was taken for nothing: TLS does nothing any more, and the firmware does not know.
    stuck: bool,
}

/// What is known of an established connection.
#[derive(Debug)]
pub(super) struct Established {
    pub(super) link: Arc<Link>,
    #[expect(dead_code, reason = "held for its drop")]
    pub(super) context: TlsContextSlot,
    pub(super) recorder: Recorder,
    pub(super) host: String,
    pub(super) version: String,
    pub(super) suite: String,
    pub(super) resumed: bool,
    pub(super) close_notify: bool,
    pub(super) accept_truncation: bool,
    pub(super) record_errors: RecordErrors,
}

impl SslStream {
    /// Connects to `remote` and does a handshake for `host`, in the device's budgets.
    ///
    /// # Errors
    /// See [`TlsError`]. Failures of TCP are [`TlsError::Net`]; all others are recorded.
    pub async fn connect(
        mcu: &Mcu,
        host: &str,
        remote: SocketAddrV4,
        options: &TlsOptions,
    ) -> Result<Self, TlsError> {
        let trust = Trust {
            roots: mcu.roots().clone(),
            habits: mcu.habits().tls.clone(),
            clock_is_valid: mcu.is_time_valid(),
        };
        mcu.tls().refuse_early(host, &trust)?;
        let io = mcu.connect_tcp(remote).await?;
        mcu.tls().connect(io, host, &trust, options).await
    }
}

impl<S> SslStream<S> {
    pub(super) fn new(stream: TlsStream<RecordGuard<S>>, established: Established) -> Self {
        Self { stream, established, failed: false, stuck: false }
    }

    /// `TLSv1.2` or `TLSv1.3`.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.established.version
    }

    /// Cipher suite, IANA name.
    #[must_use]
    pub fn suite(&self) -> &str {
        &self.established.suite
    }

    /// Whether an earlier session was resumed.
    #[must_use]
    pub fn is_resumed(&self) -> bool {
        self.established.resumed
    }

    /// The stream below TLS.
    #[must_use]
    pub fn transport(&self) -> &S {
        self.stream.get_ref().0.inner()
    }

    fn keep_alerts_back(&mut self, quiet: bool) {
        if self.established.record_errors == RecordErrors::TakenForNothing {
            self.stream.get_mut().0.set_quiet(quiet);
        }
    }

    /// What an error stands for, recorded the first time.
    fn judge(&mut self, error: &io::Error) -> TlsError {
        let error = self.established.link.failure().unwrap_or_else(|| TlsError::of(error));
        let of_record = matches!(error, TlsError::RecordTooLarge { .. } | TlsError::Protocol { .. });
        self.stuck |= of_record && self.established.record_errors == RecordErrors::TakenForNothing;
        let accepted = self.stuck || error == TlsError::Closed && self.established.accept_truncation;
        if !self.failed && !accepted && !matches!(error, TlsError::Net(_)) {
            self.failed = true;
            self.established.recorder.record(failed(&self.established.host, &error));
        }
        error
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> SslStream<S> {
    /// Ends the connection: close_notify (unless the firmware leaves that out), then the end of TCP. Waits for
    /// neither answer, and at most 10 s for room to send.
    pub async fn close(mut self) {
        let _ = tokio::time::timeout(FAREWELL, self.shutdown()).await;
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for SslStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.stuck {
            return Poll::Pending;
        }
        // While it reads, TLS writes nothing but the alert that says what is wrong with a record.
        self.keep_alerts_back(true);
        let read = Pin::new(&mut self.stream).poll_read(cx, buf);
        self.keep_alerts_back(false);
        match std::task::ready!(read) {
            Ok(()) => Poll::Ready(Ok(())),
            Err(error) => match self.judge(&error) {
                _ if self.stuck => Poll::Pending,
                TlsError::Closed if self.established.accept_truncation => Poll::Ready(Ok(())),
                error => Poll::Ready(Err(error.into())),
            },
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for SslStream<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        if self.stuck {
            return Poll::Pending;
        }
        let mut result = Poll::Ready(Ok(0));
        if self.stream.get_ref().1.wants_write() {
            // The output buffer holds one record, and there is still one in it.
            result = Pin::new(&mut self.stream).poll_flush(cx).map_ok(|()| 0);
        }
        if let Poll::Ready(Ok(_)) = result {
            result = Pin::new(&mut self.stream).poll_write(cx, buf);
        }
        Poll::Ready(std::task::ready!(result).map_err(|error| self.judge(&error).into()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.stuck {
            return Poll::Pending;
        }
        let result = std::task::ready!(Pin::new(&mut self.stream).poll_flush(cx));
        Poll::Ready(result.map_err(|error| self.judge(&error).into()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.stuck {
            Pin::new(self.stream.get_mut().0).poll_shutdown(cx)
        } else if self.established.close_notify {
            Pin::new(&mut self.stream).poll_shutdown(cx)
        } else {
            std::task::ready!(Pin::new(&mut self.stream).poll_flush(cx))?;
            Pin::new(self.stream.get_mut().0).poll_shutdown(cx)
        }
    }
}
