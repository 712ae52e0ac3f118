//! One question to one server, over UDP and, when the answer was cut, over TCP.

use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::Duration;

use nanorig_wire::lan::dns::{self, Message, Name, RecordType};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::answer::belongs;
use crate::net::NetError;
use crate::runtime::Mcu;

/// Port of name servers (RFC 1035 4.2).
const PORT: u16 = 53;

/// Asks `server` for the addresses of `name`.
///
/// # Errors
/// [`NetError::Timeout`] when no believable answer came, [`NetError::Malformed`] when one could not be read,
/// or what the device's own budget says.
pub(super) async fn ask(mcu: &Mcu, server: Ipv4Addr, name: &Name) -> Result<Message, NetError> {
    let habits = &mcu.habits().net.dns;
    let server = SocketAddrV4::new(server, PORT);
    let mut last = NetError::Timeout;
    for _ in 0..habits.tries.max(1) {
        let id = mcu.rng().u32() as u16;
        let query = Message::query(id, name.clone(), RecordType::A);
        let response = match over_udp(mcu, server, &query).await {
            Ok(response) => response,
            Err(error @ (NetError::Timeout | NetError::Malformed)) => {
                last = error;
                continue;
            }
            Err(error) => return Err(error),
        };
        if response.truncated && habits.tcp_on_truncation {
            // Without a socket or an answer over TCP, what came by UDP is still true as far as it goes.
            return Ok(over_tcp(mcu, server, &query).await.unwrap_or(response));
        }
        return Ok(response);
    }
    Err(last)
}

async fn over_udp(mcu: &Mcu, server: SocketAddrV4, query: &Message) -> Result<Message, NetError> {
    let habits = &mcu.habits().net.dns;
    // A random source port is half of the defence against forged answers (RFC 5452 4.5).
    let mut socket = mcu.system_udp(0, "dns")?;
    let give_up = mcu.now() + habits.wait;
    socket.send_to(&query.encode(), server)?;
    let mut malformed = false;
    loop {
        let received = tokio::select! {
            biased;
            received = socket.recv_from() => received?,
            () = mcu.clock().sleep_until(give_up) => {
                return Err(if malformed { NetError::Malformed } else { NetError::Timeout });
            }
        };
        let (bytes, from) = received;
        if habits.check_source && from != server {
            continue;
        }
        match Message::decode(&bytes) {
            Ok(response) if belongs(&response, query, habits) => return Ok(response),
            Ok(_) => {}
            Err(_) => malformed = true,
        }
    }
}

async fn over_tcp(mcu: &Mcu, server: SocketAddrV4, query: &Message) -> Result<Message, NetError> {
    let exchange = async {
        let mut stream = mcu.connect_tcp(server).await?;
        stream.write_all(&dns::to_tcp(&query.encode())).await.map_err(|error| NetError::of(&error))?;
        let mut received = Vec::new();
        loop {
            if let Some((message, _)) = dns::from_tcp(&received) {
                let response = Message::decode(&message).map_err(|_| NetError::Malformed)?;
                return match belongs(&response, query, &mcu.habits().net.dns) {
                    true => Ok(response),
                    false => Err(NetError::Malformed),
                };
            }
            let mut chunk = [0; 512];
            match stream.read(&mut chunk).await {
                Ok(0) => return Err(NetError::Closed),
                Ok(count) => received.extend_from_slice(&chunk[..count]),
                Err(error) => return Err(NetError::of(&error)),
            }
        }
    };
    let limit: Duration = mcu.habits().net.dns.wait * 2;
    tokio::select! {
        biased;
        result = exchange => result,
        () = mcu.clock().sleep(limit) => Err(NetError::Timeout),
    }
}
