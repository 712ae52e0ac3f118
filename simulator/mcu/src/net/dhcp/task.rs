//! Runs the DHCP client on the device's port, as long as the link is up.

use std::net::SocketAddrV4;

use nanorig_trace::event::DeviceEvent;
use nanorig_wire::lan::dhcp::{CLIENT_PORT, Message, SERVER_PORT};
use nanorig_world::Ipv4Config;

use super::client::{Client, Output};
use crate::net::{Address, NetError, UdpSocket};
use crate::runtime::Mcu;

/// Heap of lwIP's `struct dhcp`.
const DHCP_STATE: usize = 56;

/// Gets and keeps an address. Ends only with an error.
///
/// # Errors
/// The device has no memory or no control block for it, or lost its power.
pub(crate) async fn run(mcu: &Mcu) -> Result<std::convert::Infallible, NetError> {
    let _state = mcu.native().alloc(DHCP_STATE, "dhcp")?;
    let mut socket = mcu.system_udp(CLIENT_PORT, "dhcp")?;
    let habits = mcu.habits().net.dhcp.clone();
    let mut client = Client::new(mcu.now(), mcu.config().mac, habits, mcu.rng().clone());
    loop {
        let outputs = client.poll(mcu.now());
        perform(mcu, &socket, outputs)?;
        let timer = async {
            match client.next_deadline() {
                Some(deadline) => mcu.clock().sleep_until(deadline).await,
                None => std::future::pending().await,
            }
        };
        let received = tokio::select! {
            biased;
            received = socket.recv_from() => received?,
            () = timer => continue,
        };
        // What is not DHCP is not for us: port 68 is open to everybody.
        if let (bytes, from) = received
            && from.port() == SERVER_PORT
            && let Ok(message) = Message::decode(&bytes)
        {
            let outputs = client.handle(mcu.now(), &message);
            perform(mcu, &socket, outputs)?;
        }
    }
}

fn perform(mcu: &Mcu, socket: &UdpSocket, outputs: Vec<Output>) -> Result<(), NetError> {
    for output in outputs {
        match output {
            Output::Send { message, to } => {
                match socket.send_to(&message.encode(), SocketAddrV4::new(to, SERVER_PORT)) {
                    // A message that does not get out is a lost one: the timers repeat it.
                    Ok(()) | Err(NetError::LinkDown { .. } | NetError::OutOfMemory(_)) => {}
                    Err(NetError::NoAddress | NetError::Unreachable) => {}
                    Err(error) => return Err(error),
                }
            }
            Output::Retry { attempt, delay } => mcu.record(DeviceEvent::Retry {
                client: "dhcp".into(),
                attempt,
                delay_ms: u64::try_from(delay.as_millis()).unwrap_or(u64::MAX),
            }),
            Output::Use(address) => take(mcu, address)?,
            Output::Lost(reason) => give_up(mcu, reason),
        }
    }
    Ok(())
}

fn take(mcu: &Mcu, address: Address) -> Result<(), NetError> {
    let before = mcu.address();
    let same =
        before.as_ref().is_some_and(|before| Address { lease: address.lease, ..before.clone() } == address);
    if !same {
        let config = Ipv4Config { address: address.ip, prefix: address.prefix, gateway: address.gateway };
        mcu.inner.port.configure(config).map_err(|_| NetError::NoAddress)?;
        mcu.record(DeviceEvent::Address {
            ip: address.ip,
            prefix: address.prefix,
            gateway: address.gateway,
            dns: address.dns.clone(),
            lease_s: address
                .lease
                .map_or(u32::MAX, |lease| u32::try_from(lease.as_secs()).unwrap_or(u32::MAX)),
        });
    }
    mcu.inner.net.update(|status| status.address = Some(address));
    Ok(())
}

/// Stops using the address, because of `reason`.
pub(crate) fn give_up(mcu: &Mcu, reason: &'static str) {
    if mcu.address().is_some() {
        mcu.inner.port.deconfigure();
        mcu.inner.net.update(|status| status.address = None);
        mcu.record(DeviceEvent::AddressLost { reason: reason.into() });
    }
}
