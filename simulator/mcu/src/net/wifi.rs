//! Joining a Wi-Fi network: scan, association, 4-way handshake, and what follows a loss.

use std::time::Duration;

use nanorig_trace::watch;

use super::helper::link_changed;
use crate::runtime::{Beacon, Mcu};

/// Channel of the access point. A fast scan (ESP-IDF's default) ends at the first match.
const CHANNEL: u32 = 6;
/// Channels of the 2.4 GHz band in Europe: a scan that finds nothing visits them all.
const CHANNELS: u32 = 13;
/// With a wrong passphrase the access point's first message of the 4-way handshake is repeated three times, once a
/// second, and then the station is put off.
const HANDSHAKE_FAILURE: Duration = Duration::from_secs(4);
/// Time without a beacon after which the station takes the access point for lost (ESP-IDF's inactive time).
const BEACON_TIMEOUT: Duration = Duration::from_secs(6);

/// Brings the link up and returns, trying again for as long as it takes.
pub(super) async fn join(mcu: &Mcu) {
    let habits = mcu.habits().net.wifi.clone();
    let mut pause = habits.first_retry;
    mcu.clock().sleep(mcu.profile().link.start).await;
    loop {
        match try_join(mcu).await {
            Ok(()) => return link_changed(mcu, true, "associated"),
            Err(detail) => link_changed(mcu, false, detail),
        }
        mcu.clock().sleep(pause + mcu.rng().up_to(pause / 4)).await;
        pause = (pause * 2).min(habits.longest_retry);
    }
}

async fn try_join(mcu: &Mcu) -> Result<(), &'static str> {
    mcu.inner.net.begin_attempt();
    let link = &mcu.profile().link;
    let scan = link.scan_channel.unwrap_or_default();
    let credentials = &mcu.config().wifi;
    let beacons = mcu.config().access_point.watch();
    mcu.clock().sleep(scan * CHANNEL).await;
    let beacon = beacons.borrow().clone();
    if !beacon.present || beacon.credentials.ssid != credentials.ssid {
        mcu.clock().sleep(scan * (CHANNELS - CHANNEL)).await;
        return Err("no-access-point");
    }
    mcu.clock().sleep(link.association.unwrap_or_default()).await;
    // The passphrase is the one at the time of the handshake, not of the beacon.
    let beacon = beacons.borrow().clone();
    if !beacon.present {
        return Err("access-point-lost");
    }
    if beacon.credentials.passphrase != credentials.passphrase {
        mcu.clock().sleep(HANDSHAKE_FAILURE).await;
        return Err("wrong-passphrase");
    }
    Ok(())
}

/// Returns when the access point has been gone for the beacon time-out; frames stop at once.
pub(super) async fn lost(mcu: &Mcu) -> &'static str {
    let mut beacons = mcu.config().access_point.watch();
    loop {
        wait_for(&mut beacons, |beacon| !beacon.present).await;
        mcu.inner.port.set_link(false);
        tokio::select! {
            biased;
            () = wait_for(&mut beacons, |beacon| beacon.present) => mcu.inner.port.set_link(true),
            () = mcu.clock().sleep(BEACON_TIMEOUT) => return "access-point-lost",
        }
    }
}

pub(super) async fn wait_for(beacons: &mut watch::Receiver<Beacon>, wanted: impl Fn(&Beacon) -> bool) {
    if beacons.wait_for(wanted).await.is_err() {
        // Nobody can change the access point any more.
        std::future::pending::<()>().await;
    }
}
