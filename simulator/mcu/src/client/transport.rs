//! Byte streams to servers: TCP, or TLS over it.

use std::net::SocketAddrV4;

use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite};

use crate::Mcu;
use crate::net::NetError;
use crate::tls::{SslStream, TlsError, TlsOptions};

/// A byte stream to a server. Shutting it down ends it in order.
pub trait Transport: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Transport for T {}

/// Where a server is and how to speak to it.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// Host name; with TLS it is the name that the certificate must have.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// With or without TLS.
    pub security: Security,
}

/// With or without TLS.
#[derive(Clone, Debug)]
pub enum Security {
    /// Plain TCP.
    Plain,
    /// TLS.
    Tls(TlsOptions),
}

/// A server could not be reached.
#[derive(Clone, Debug, Error)]
#[non_exhaustive]
pub enum TransportError {
    /// No name, no route, no answer, no socket.
    #[error("no connection")]
    Net(#[from] NetError),
    /// TLS failed.
    #[error("no secure connection")]
    Tls(#[from] TlsError),
}

impl TransportError {
    /// One word for reports and scenarios.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Net(error) => error.kind(),
            Self::Tls(error) => error.kind(),
        }
    }
}

/// Opens transports for one device.
#[derive(Clone, Debug)]
pub struct Dialer {
    mcu: Mcu,
}

impl Dialer {
    /// A dialer of this device.
    #[must_use]
    pub fn new(mcu: &Mcu) -> Self {
        Self { mcu: mcu.clone() }
    }

    /// Resolves the name, connects and, if asked, secures the connection.
    ///
    /// # Errors
    /// The server cannot be reached or is not trusted.
    pub async fn dial(&self, endpoint: &Endpoint) -> Result<Box<dyn Transport>, TransportError> {
        let mut last = TransportError::Net(NetError::NoAddress);
        for ip in self.mcu.resolve(&endpoint.host).await? {
            let error = match self.dial_address(endpoint, SocketAddrV4::new(ip, endpoint.port)).await {
                Ok(transport) => return Ok(transport),
                Err(error) => error,
            };
            // Another address helps when this one is dead, not when its certificate is bad.
            let dead = matches!(&error, TransportError::Net(_) | TransportError::Tls(TlsError::Net(_)));
            last = error;
            if !dead || !self.mcu.habits().net.dns.try_next_address {
                break;
            }
        }
        Err(last)
    }

    async fn dial_address(
        &self,
        endpoint: &Endpoint,
        remote: SocketAddrV4,
    ) -> Result<Box<dyn Transport>, TransportError> {
        match &endpoint.security {
            Security::Tls(options) => {
                Ok(Box::new(SslStream::connect(&self.mcu, &endpoint.host, remote, options).await?))
            }
            Security::Plain => Ok(Box::new(self.mcu.connect_tcp(remote).await?)),
        }
    }
}
