//! TCP connections that cost what they cost on the board.
//!
//! Idle, a connection holds a socket, a control block, a connection object and a mailbox. What it has
//! sent lies on the heap until the peer confirms it, with an overhead for each segment; what
//! it receives passes through the heap on its way to the application. So the heap's use follows the
//! traffic, as lwIP's does, instead of being charged for buffers that are empty.

mod connect;
mod flight;
mod listener;
mod stream;

pub use listener::TcpListener;
pub use stream::TcpStream;
