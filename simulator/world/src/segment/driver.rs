//! Moves everything of one segment: both stacks, the frames between them, the sockets' lives.
//!
//! ```text
//! application -> slot -> device stack -> outbox -> link -> inbox -> gateway -> stack or service
//!                        device stack <- device <- inbox <- link <- outbox <- gateway stack
//! ```
//!
//! One task per segment sleeps until the next deadline of all of these, or until somebody used a
//! socket. Everything is behind one lock that is never held over an await.

use std::net::SocketAddrV4;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use nanorig_trace::Time;
use nanorig_trace::event::{Direction, NetworkEvent};
use tokio::sync::Notify;

use super::config::SegmentConfig;
use super::device::Device;
use super::effects::Effects;
use super::forward::HostAnswer;
use super::gateway::Gateway;
use super::slot::{Address, Side};
use super::stack::{Stack, earliest};
use crate::lan::dhcp::DhcpHandle;
use crate::link::{Ends, Link};
use crate::{Alarm, World};

/// Losses are recorded at most this often.
const LOSS_REPORTS: Duration = Duration::from_secs(1);

/// A segment as all its handles see it.
pub(crate) struct Shared {
    state: Mutex<State>,
    notify: Arc<Notify>,
    pub(crate) world: World,
}

/// A segment behind its lock.
pub(crate) struct State {
    pub(crate) link: Link,
    pub(super) device: Device,
    pub(super) gateway: Gateway,
    losses: Losses,
}

/// Losses that were recorded already.
#[derive(Default)]
struct Losses {
    frames: u64,
    at: Option<Time>,
}

impl Shared {
    /// Makes a segment and spawns its driver, which ends when the last handle is gone.
    pub(super) fn start(world: &World, config: SegmentConfig, dhcp: Option<DhcpHandle>) -> Arc<Self> {
        let now = world.clock.now();
        let capture =
            world.capture.as_ref().map(|capture| (capture.clone(), capture.interface(&config.name)));
        let random = world.random.stream(&format!("segment/{}", config.name));
        let mtu = config.mtu.clamp(68, 9_000);
        let device = Stack::new(config.mac, mtu, random.u64(), now);
        let gateway = Stack::new(config.gateway_mac, mtu, random.u64(), now);
        let state = State {
            link: Link::new(
                config.link.clone(),
                world.random.stream(&format!("link/{}", config.name)),
                capture,
            ),
            device: Device::new(device, &config, random),
            gateway: Gateway::new(gateway, &config, dhcp),
            losses: Losses::default(),
        };
        let notify = Arc::new(Notify::new());
        let shared =
            Arc::new(Self { state: Mutex::new(state), notify: notify.clone(), world: world.clone() });
        tokio::spawn(drive(Arc::downgrade(&shared), notify));
        shared
    }

    /// A panic in a fault or service leaves frames in some order, never half-written state.
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the driver look again.
    pub(super) fn wake(&self) {
        self.notify.notify_one();
    }

    pub(super) fn now(&self) -> Time {
        self.world.clock.now()
    }

    /// A socket of the host was connected, or not: the device's SYN may come in.
    pub(super) fn host_answered(
        &self,
        device: SocketAddrV4,
        server: SocketAddrV4,
        answer: HostAnswer,
        syn: Vec<u8>,
    ) {
        let now = self.now();
        self.lock().gateway.host_answered(now, device, server, answer, syn);
        self.wake();
    }

    /// Does all that is due and gives the time of the next thing to do.
    fn step(self: &Arc<Self>) -> Option<Time> {
        let mut effects = Effects::default();
        let now = self.now();
        let next = self.lock().run(now, &self.world, &mut effects);
        effects.perform(self);
        next
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.notify.notify_one(); // The driver finds nobody left and ends.
    }
}

async fn drive(segment: Weak<Shared>, notify: Arc<Notify>) {
    let Some(clock) = segment.upgrade().map(|shared| shared.world.clock) else { return };
    let mut alarm = Alarm::new(clock);
    loop {
        let Some(shared) = segment.upgrade() else { return };
        alarm.set(shared.step());
        drop(shared);
        tokio::select! {
            biased;
            () = notify.notified() => {}
            () = alarm.ring() => {}
        }
    }
}

impl State {
    pub(super) fn stack_mut(&mut self, side: Side) -> &mut Stack {
        match side {
            Side::Device => &mut self.device.stack,
            Side::Gateway => &mut self.gateway.stack,
        }
    }

    /// Repeats until nothing moves any more at this instant.
    fn run(&mut self, now: Time, world: &World, effects: &mut Effects) -> Option<Time> {
        loop {
            let arrived = [&self.device.stack, &self.gateway.stack].map(|stack| stack.inbox.is_due(now));
            if self.link.is_connected() {
                self.device.admit(now);
            } else {
                while self.device.stack.inbox.pop_due(now).is_some() {} // Nobody is listening.
            }
            self.gateway.admit(now, world, effects);
            for (side, arrived) in [Side::Device, Side::Gateway].into_iter().zip(arrived) {
                let address = match side {
                    Side::Device => Address::Own(self.device.config.map(|config| config.address)),
                    Side::Gateway => Address::Any,
                };
                let stack = self.stack_mut(side);
                let polled = stack.needs_poll(now);
                if polled {
                    stack.poll(now);
                }
                let Stack { slots, sockets, .. } = &mut *stack;
                // Whoever changes a slot from outside touches the stack, so nothing else can have changed.
                let swept = polled || arrived || slots.next_deadline().is_some_and(|at| at <= now);
                if swept && slots.sweep(now, side, address, sockets, effects) {
                    stack.touch();
                }
            }
            self.flush(now, world);
            if !self.is_due(now) {
                break;
            }
        }
        self.report_losses(now, world);
        let next = earliest([
            self.device.stack.next_at(),
            self.gateway.stack.next_at(),
            self.gateway.next_reply_at(),
        ]);
        // A deadline that is due although everything is quiet must not stop the clock.
        next.map(|next| if next > now { next } else { now + Duration::from_millis(1) })
    }

    /// Whether something is left to do at this instant.
    fn is_due(&self, now: Time) -> bool {
        [&self.device.stack, &self.gateway.stack]
            .into_iter()
            .any(|stack| stack.needs_poll(now) || stack.inbox.is_due(now))
            || self.gateway.next_reply_at().is_some_and(|at| at <= now)
    }

    /// Puts on the link what lies in the outboxes.
    fn flush(&mut self, now: Time, world: &World) {
        self.gateway.send_due_replies(now, world);
        let (device, gateway) = (&mut self.device.stack, &mut self.gateway.stack);
        let mut ends = Ends { device: &mut device.inbox, gateway: &mut gateway.inbox };
        for frame in device.nic.outbox.drain(..) {
            self.link.send(now, Direction::FromDevice, frame, &mut ends);
        }
        for frame in gateway.nic.outbox.drain(..) {
            if !super::gateway::is_blackholed(&world.directory, &frame) {
                self.link.send(now, Direction::ToDevice, frame, &mut ends);
            }
        }
    }

    fn report_losses(&mut self, now: Time, world: &World) {
        let frames = self.link.lost() - self.losses.frames;
        if frames > 0 && self.losses.at.is_none_or(|at| now.since(at) >= LOSS_REPORTS) {
            self.losses = Losses { frames: self.link.lost(), at: Some(now) };
            world.recorder.record(NetworkEvent::Loss { frames });
        }
    }
}
