//! Arbitrary servers.

use proptest::prelude::*;

use super::*;

const LIMIT: usize = 256;

/// What a server, an application, a transport and a heap may do to a session.
#[derive(Clone, Debug)]
enum Move {
    Bytes(Vec<u8>),
    Packet(Packet),
    Publish(QoS),
    Subscribe(usize),
    Unsubscribe,
    Wait(u16),
    Cut,
    Disconnect,
    Close,
    /// Whether the transport takes bytes.
    Stuck(bool),
    /// Whether there is memory for packets.
    Full(bool),
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let ids = (1u16..6).prop_map(id);
    let code = prop_oneof![
        (0u8..3).prop_map(|qos| SubAckCode::Granted(QoS::from_bits(qos).unwrap())),
        Just(SubAckCode::Failure),
    ];
    let codes = proptest::collection::vec(code, 1..4);
    let packet = prop_oneof![
        ids.clone().prop_map(Packet::PubAck),
        ids.clone().prop_map(Packet::PubRec),
        ids.clone().prop_map(Packet::PubRel),
        ids.clone().prop_map(Packet::PubComp),
        ids.clone().prop_map(Packet::UnsubAck),
        (ids.clone(), codes).prop_map(|(id, codes)| Packet::SubAck(SubAck { id, codes })),
        Just(Packet::PingResp),
        (ids, 0u8..3, any::<bool>(), 0usize..300).prop_map(|(id, qos, dup, size)| {
            let qos = QoS::from_bits(qos).unwrap();
            let id = (qos != QoS::AtMostOnce).then_some(id);
            let dup = dup && id.is_some();
            let payload = vec![0; size].into();
            Packet::Publish(Publish { dup, qos, retain: false, topic: "t".into(), id, payload })
        }),
    ];
    let step = prop_oneof![
        2 => proptest::collection::vec(any::<u8>(), 0..40).prop_map(Move::Bytes),
        12 => packet.prop_map(Move::Packet),
        12 => (0u8..3).prop_map(|qos| Move::Publish(QoS::from_bits(qos).unwrap())),
        3 => (1usize..4).prop_map(Move::Subscribe),
        1 => Just(Move::Unsubscribe),
        2 => (0u16..100).prop_map(Move::Wait),
        2 => Just(Move::Cut),
        1 => Just(Move::Disconnect),
        1 => Just(Move::Close),
        4 => any::<bool>().prop_map(Move::Stuck),
        3 => any::<bool>().prop_map(Move::Full),
    ];
    proptest::collection::vec(step, 0..80)
}

/// Stored session or none, and now and then a refusal.
fn connacks() -> impl Strategy<Value = Vec<[u8; 4]>> {
    let connack = prop_oneof![
        4 => Just(CONNACK),
        4 => Just(CONNACK_PRESENT),
        1 => Just([0x20, 0x02, 0x00, 0x05]),
    ];
    proptest::collection::vec(connack, 1..6)
}

/// A session with all that belongs to it: what the driver, the heap and the application's ledger are.
struct Run {
    session: Session,
    now: Time,
    clean: bool,
    connacks: std::iter::Cycle<std::vec::IntoIter<[u8; 4]>>,
    /// What the driver has taken and not written.
    writing: Option<Transmit>,
    stuck: bool,
    full: bool,
    /// Messages and requests that have not ended.
    open: BTreeSet<Token>,
}

impl Run {
    fn new(clean: bool, connacks: Vec<[u8; 4]>) -> Self {
        Self {
            session: session(|habits| habits.max_inbound = Some(LIMIT)),
            now: Time::ZERO,
            clean,
            connacks: connacks.into_iter().cycle(),
            writing: None,
            stuck: false,
            full: false,
            open: BTreeSet::new(),
        }
    }

    fn step(&mut self, step: Move) -> Result<(), TestCaseError> {
        if self.session.state() == StateName::Closing && self.writing.is_none() {
            self.session.transport_closed();
        }
        if self.session.state() == StateName::Idle {
            self.writing = None;
            self.session.connect(self.now, &options(self.clean)).unwrap();
            self.transmit()?;
            let connack = self.connacks.next().unwrap();
            self.session.receive(self.now, &connack);
        }
        match step {
            Move::Bytes(bytes) => self.session.receive(self.now, &bytes),
            Move::Packet(packet) => self.session.receive(self.now, &packet.to_bytes().unwrap()),
            Move::Publish(qos) => {
                let token = self.session.publish(message("t", qos));
                self.open.extend(token);
            }
            Move::Subscribe(count) => {
                let filters = (0..count).map(|n| (format!("t{n}"), QoS::AtLeastOnce)).collect();
                self.open.extend(self.session.subscribe(filters));
            }
            Move::Unsubscribe => self.open.extend(self.session.unsubscribe(vec!["t0".into()])),
            Move::Wait(secs) => {
                self.now += Duration::from_secs(secs.into());
                self.session.handle_timeout(self.now);
            }
            Move::Cut => {
                self.writing = None;
                self.session.transport_closed();
            }
            Move::Disconnect => self.session.disconnect(),
            Move::Close => self.session.close(CloseReason::OutOfMemory),
            Move::Stuck(stuck) => self.stuck = stuck,
            Move::Full(full) => self.full = full,
        }
        self.settle()?;
        self.transmit()?;
        self.settle()
    }

    /// As the driver does: one packet at a time, as far as transport and memory allow.
    fn transmit(&mut self) -> Result<(), TestCaseError> {
        loop {
            let written = self.writing.take_if(|_| !self.stuck);
            if let Some(token) = written.and_then(|written| written.completes) {
                self.session.handle_written(token);
                self.ends(token)?;
            }
            if self.writing.is_some() {
                return Ok(());
            }
            let Some(transmit) = self.session.poll_transmit(self.now) else { return Ok(()) };
            prop_assert!(Packet::decode(&transmit.bytes, Sender::Client).is_ok(), "{:02x?}", transmit.bytes);
            match transmit.begins {
                Some(token) if self.full => {
                    self.session.give_up(token);
                    self.ends(token)?;
                }
                None if self.full => self.session.close(CloseReason::OutOfMemory),
                _ => self.writing = Some(transmit),
            }
        }
    }

    fn settle(&mut self) -> Result<(), TestCaseError> {
        for event in accept_all(&mut self.session) {
            match event {
                SessionEvent::Delivered { token }
                | SessionEvent::Abandoned { token }
                | SessionEvent::Subscribed { token, .. }
                | SessionEvent::Unsubscribed { token }
                | SessionEvent::RequestLost { token } => self.ends(token)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn ends(&mut self, token: Token) -> Result<(), TestCaseError> {
        prop_assert!(self.open.remove(&token), "{token:?} has ended before");
        Ok(())
    }

    fn check(&self) -> Result<(), TestCaseError> {
        let session = &self.session;
        prop_assert!(session.in_flight() <= 10);
        prop_assert!(session.pending_bytes() <= LIMIT);
        let requests = session.subscriptions.requests().iter();
        let busy = session.outbound.iter().map(|message| message.id);
        let busy: Vec<_> = busy.chain(requests.filter_map(|r| r.packet.packet_id())).collect();
        let distinct: BTreeSet<_> = busy.iter().copied().collect();
        prop_assert_eq!(busy.len(), distinct.len());
        prop_assert_eq!(&distinct, session.ids.busy());
        Ok(())
    }

    /// Cuts the transport and forgets the session: everything ends.
    fn finish(mut self) -> Result<(), TestCaseError> {
        self.session.transport_closed();
        self.session.forget();
        self.settle()?;
        prop_assert!(self.open.is_empty(), "never ended: {:?}", self.open);
        prop_assert!(self.session.queue.is_empty() && self.session.departing.is_empty());
        prop_assert!(self.session.ids.busy().is_empty());
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Whatever a server sends and however connections go: no panic, no packet identifier used for two
    /// things at once, none of them zero, no more in flight than allowed, no more buffered than allowed, and
    /// every message and request ends exactly once.
    #[test]
    fn any_server_leaves_the_session_whole(moves in moves(), connacks in connacks(), clean in any::<bool>()) {
        let mut run = Run::new(clean, connacks);
        for step in moves {
            run.step(step)?;
            run.check()?;
        }
        run.finish()?;
    }

    /// Cutting the stream anywhere changes nothing.
    #[test]
    fn fragments_make_no_difference(cuts in proptest::collection::vec(1usize..7, 0..30)) {
        let stream = b"\x32\x06\x00\x01a\x00\x07x\x34\x06\x00\x01b\x00\x08y\xd0\x00\x30\x04\x00\x01cz";
        let mut whole = connected(|_| ());
        whole.receive(at(0), stream);
        let mut pieces = connected(|_| ());
        let mut rest = &stream[..];
        for cut in cuts {
            let (piece, tail) = rest.split_at(cut.min(rest.len()));
            pieces.receive(at(0), piece);
            rest = tail;
        }
        pieces.receive(at(0), rest);
        prop_assert_eq!(accept_all(&mut whole), accept_all(&mut pieces));
        prop_assert_eq!(sent(&mut whole, at(0)), sent(&mut pieces, at(0)));
    }
}
