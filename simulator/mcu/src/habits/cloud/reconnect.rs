//! Decisions about connecting again.

use std::time::Duration;

/// When and how to connect again.
#[derive(Clone, Debug, PartialEq)]
pub struct ReconnectHabits {
    /// True to connect again without being told.
    pub automatic: bool,
    /// How the delay grows.
    pub growth: Growth,
    /// Smallest delay, and the unit of growth. Default 1 s.
    pub base: Duration,
    /// Largest random part of a delay. Default 100 s.
    pub cap: Duration,
    /// How the delay varies.
    pub jitter: Jitter,
    /// A connection that lived this long starts the delays afresh. Default 60 s.
    pub stable_after: Duration,
    /// True to wait as long as the server asks.
    pub heeds_retry_after: bool,
    /// What follows CONNACK 4 or 5.
    pub unauthorized: UnauthorizedUse,
    /// Smallest delay of the slow retries that follow a refusal that a new token did not cure. Default 60 s.
    pub slow_base: Duration,
    /// Largest delay of the slow retries. Default 15 min.
    pub slow_cap: Duration,
    /// Delays grow this much faster after the server has cut a young connection: it may be that
    /// another client uses the same identity. Default 4; 1 makes no difference.
    pub displaced_factor: u32,
    /// True to come back at once when the connection was cut, as if the identity had to be won back.
    pub fights_for_identity: bool,
    /// Asks DPS again after this many failed attempts in a row; none never does. Default 10.
    pub reprovision_after: Option<u32>,
}

impl Default for ReconnectHabits {
    fn default() -> Self {
        Self {
            automatic: true,
            growth: Growth::Exponential,
            base: Duration::from_secs(1),
            cap: Duration::from_secs(100),
            jitter: Jitter::Full,
            stable_after: Duration::from_secs(60),
            heeds_retry_after: true,
            unauthorized: UnauthorizedUse::NewTokenThenProvision,
            slow_base: Duration::from_secs(60),
            slow_cap: Duration::from_secs(900),
            displaced_factor: 4,
            fights_for_identity: false,
            reprovision_after: Some(10),
        }
    }
}

/// How the delay between attempts grows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Growth {
    /// Doubles up to the cap.
    #[default]
    Exponential,
    /// Doubles without a cap.
    ExponentialUncapped,
    /// Grows by the base each time.
    Linear,
    /// Ten times the base, always.
    Constant,
    /// No delay.
    None,
}

/// How the delay varies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Jitter {
    /// Evenly spread from nothing to the whole delay, on top of the base.
    #[default]
    Full,
    /// Not at all.
    None,
}

/// What follows CONNACK 4 or 5.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UnauthorizedUse {
    /// The clock is set and a new token tried once, then DPS is asked, then slow retries.
    #[default]
    NewTokenThenProvision,
    /// New tokens and slow retries; DPS is never asked.
    NewTokenOnly,
    /// The same again, at once.
    Hammer,
}

/// What is lost on the way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeakHabits {
    /// Bytes of native heap lost with each connection (azure-iot-middleware-freertos#234: 6.5 kB).
    pub per_connection: usize,
    /// Bytes of managed heap lost with each message sent (nanoFramework/Home#816: 200 B).
    pub per_message: usize,
    /// True to leave a failed or ended connection's socket open.
    pub sockets: bool,
    /// True to stop for good when memory runs out.
    pub gives_up_on_out_of_memory: bool,
    /// True to print the device's key on the console.
    pub prints_key: bool,
}
