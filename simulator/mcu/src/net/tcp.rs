//! TCP connections that cost what they cost on the board.
//!
//! Idle, a connection holds a socket, a control block, a connection object and a mailbox. What it has
//! sent lies on the heap until the peer confirms it, with an overhead for each segment; what
//! it has received lies there until the application reads it, which is a window at most. So the heap's use
//! follows the traffic, as lwIP's does, instead of being charged for buffers that are empty.

mod backlog;
mod connect;
mod listener;
mod stream;

pub use listener::TcpListener;
pub use stream::TcpStream;
