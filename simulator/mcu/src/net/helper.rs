//! [`NetworkHelper`]: from power to an address, and back to one after every loss.

use std::time::Duration;

use nanorig_trace::event::DeviceEvent;

use super::error::NetError;
use super::state::Address;
use super::{Sntp, dhcp, wifi};
use crate::profile::Medium;
use crate::runtime::Mcu;

/// Which network an application asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NetworkKind {
    /// The one that the board has.
    #[default]
    Any,
    /// Wi-Fi, with the credentials of the configuration.
    Wifi,
    /// Ethernet.
    Ethernet,
}

/// Brings the network up and keeps it up, as `WifiNetworkHelper` and `NetworkHelper` of .NET nanoFramework do.
///
/// The first call after a boot starts the station, DHCP and the time client in the background, where
/// they run until the next reset or deep sleep. Every call can wait for the result.
#[derive(Clone, Copy, Debug)]
pub struct NetworkHelper;

impl NetworkHelper {
    /// Starts the network in the background; does nothing when it runs already.
    ///
    /// # Errors
    /// The board has no network of this kind, or its firmware does not run.
    pub fn start(mcu: &Mcu, kind: NetworkKind) -> Result<(), NetError> {
        match (kind, mcu.profile().link.medium) {
            _ if !mcu.is_running() => Err(NetError::Closed),
            (NetworkKind::Wifi, Medium::Ethernet) => Err(NetError::LinkDown { detail: "no-wifi".into() }),
            (NetworkKind::Ethernet, Medium::Wifi) => Err(NetError::LinkDown { detail: "no-ethernet".into() }),
            _ => {
                if mcu.inner.net.start() {
                    mcu.spawn(keep_up(mcu.clone()));
                    Sntp::start(mcu);
                }
                Ok(())
            }
        }
    }

    /// Starts the network and waits for an address, for as long as it takes.
    ///
    /// # Errors
    /// The board has no network of this kind, its firmware ends meanwhile, or the access point refuses the
    /// passphrase, in an attempt that began after the call. In the last case the station goes on trying in the
    /// background.
    pub async fn connect(mcu: &Mcu, kind: NetworkKind) -> Result<Address, NetError> {
        Self::start(mcu, kind)?;
        tokio::select! {
            biased;
            result = Self::address_or_refusal(mcu) => result,
            error = mcu.stopped() => Err(error),
        }
    }

    async fn address_or_refusal(mcu: &Mcu) -> Result<Address, NetError> {
        let mut status = mcu.inner.net.watch();
        let before = mcu.inner.net.attempt();
        loop {
            {
                let status = status.borrow_and_update();
                if let Some(address) = &status.address {
                    return Ok(address.clone());
                }
                // What an earlier attempt found may have been put right since.
                if status.detail == "wrong-passphrase" && status.attempt > before {
                    return Err(NetError::LinkDown { detail: status.detail.into() });
                }
            }
            if status.changed().await.is_err() {
                return Err(NetError::Closed);
            }
        }
    }

    /// As [`connect`](Self::connect), and waits until the clock is set too. `within` bounds the whole.
    ///
    /// # Errors
    /// As [`connect`](Self::connect), or [`NetError::Timeout`].
    pub async fn connect_with_time(
        mcu: &Mcu,
        kind: NetworkKind,
        within: Duration,
    ) -> Result<Address, NetError> {
        let both = async {
            let address = Self::connect(mcu, kind).await?;
            mcu.time_ready().await;
            Ok(address)
        };
        tokio::select! {
            biased;
            result = both => result,
            error = mcu.stopped() => Err(error),
            () = mcu.clock().sleep(within) => Err(NetError::Timeout),
        }
    }
}

/// Link up, address, loss, and again.
async fn keep_up(mcu: Mcu) {
    loop {
        match mcu.profile().link.medium {
            Medium::Wifi => wifi::join(&mcu).await,
            Medium::Ethernet => negotiate(&mcu).await,
        }
        let lost = async {
            match mcu.profile().link.medium {
                Medium::Wifi => wifi::lost(&mcu).await,
                Medium::Ethernet => unplugged(&mcu).await,
            }
        };
        let detail = tokio::select! {
            biased;
            detail = lost => detail,
            error = keep_address(&mcu) => match error {},
        };
        dhcp::give_up(&mcu, "link-down");
        link_changed(&mcu, false, detail);
    }
}

/// Runs DHCP, again when the device was short of memory for it.
async fn keep_address(mcu: &Mcu) -> std::convert::Infallible {
    loop {
        let Err(error) = dhcp::run(mcu).await;
        tracing::warn!(dut = mcu.name(), %error, "DHCP client stopped");
        mcu.clock().sleep(mcu.habits().net.dhcp.first_wait.max(Duration::from_secs(1))).await;
    }
}

/// Ethernet: waits for a partner at the other end of the cable, and negotiates with it.
async fn negotiate(mcu: &Mcu) {
    let mut cable = mcu.config().access_point.watch();
    loop {
        wifi::wait_for(&mut cable, |beacon| beacon.present).await;
        mcu.clock().sleep(mcu.profile().link.start).await;
        if cable.borrow().present {
            return link_changed(mcu, true, "negotiated");
        }
    }
}

async fn unplugged(mcu: &Mcu) -> &'static str {
    let mut cable = mcu.config().access_point.watch();
    wifi::wait_for(&mut cable, |beacon| !beacon.present).await;
    "cable"
}

pub(super) fn link_changed(mcu: &Mcu, up: bool, detail: &'static str) {
    mcu.inner.port.set_link(up);
    let medium = mcu.profile().link.medium.name().into();
    mcu.record(DeviceEvent::Link { up, medium, detail: detail.into() });
    mcu.inner.net.update(|status| {
        status.link_up = up;
        status.detail = detail;
        status.attempt = mcu.inner.net.attempt();
    });
}
