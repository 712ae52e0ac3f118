//! A server with just enough of a broker, a hub and a provisioning service for a client's tests. What it
//! does wrong is set in its rules; the real ones live in other crates, which this one must not know.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use bytes::Bytes;
use nanorig_trace::Time;
use nanorig_wire::mqtt::{
    ConnAck, Connect, ConnectCode, Framer, Packet, Publish, QoS, Sender, SubAck, SubAckCode,
};
use nanorig_world::Clock;
use rustls_pki_types::CertificateDer;
use serde_json::{Map, Value, json};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;

/// What the server does. Lists are used up from the front; then the rule is the good one.
#[derive(Debug)]
pub(crate) struct Rules {
    /// CONNACK codes to give; `None` in it stays silent.
    pub(crate) connack: VecDeque<Option<u8>>,
    /// Cuts each connection this long after CONNACK.
    pub(crate) cut_after: Option<Duration>,
    pub(crate) session_present: bool,
    pub(crate) puback: bool,
    pub(crate) pingresp: bool,
    /// SUBACK code for every filter; none stays silent.
    pub(crate) suback: Option<SubAckCode>,
    /// Statuses to answer twin requests with.
    pub(crate) twin: VecDeque<u16>,
    pub(crate) desired: Value,
    pub(crate) reported: Map<String, Value>,
    pub(crate) reported_version: i64,
    /// Answers of a provisioning service: topic tail after `res/` (`{rid}` is replaced) and body.
    pub(crate) dps: VecDeque<(String, String)>,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            connack: VecDeque::new(),
            cut_after: None,
            session_present: false,
            puback: true,
            pingresp: true,
            suback: Some(SubAckCode::Granted(QoS::AtLeastOnce)),
            twin: VecDeque::new(),
            desired: json!({ "$version": 1 }),
            reported: Map::new(),
            reported_version: 1,
            dps: VecDeque::new(),
        }
    }
}

/// A packet that a client sent.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) at: Time,
    /// Number of its connection, counted from 1.
    pub(crate) conn: usize,
    pub(crate) packet: Packet,
}

#[derive(Clone)]
pub(crate) struct MiniHub {
    clock: Clock,
    shared: Arc<Mutex<Shared>>,
}

#[derive(Default)]
struct Shared {
    rules: Rules,
    seen: Vec<Seen>,
    opened: Vec<Time>,
    closed: Vec<Time>,
    /// Chains that clients presented.
    certificates: Vec<Vec<CertificateDer<'static>>>,
    /// Into the newest connection; empty bytes cut it.
    out: Option<mpsc::UnboundedSender<Vec<u8>>>,
}

impl MiniHub {
    pub(crate) fn new(clock: Clock) -> Self {
        Self { clock, shared: Arc::default() }
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap()
    }

    pub(crate) fn set(&self, change: impl FnOnce(&mut Rules)) {
        change(&mut self.lock().rules);
    }

    pub(crate) fn rule<T>(&self, read: impl FnOnce(&Rules) -> T) -> T {
        read(&self.lock().rules)
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.lock().seen.clone()
    }

    /// Times at which connections reached the server.
    pub(crate) fn opened(&self) -> Vec<Time> {
        self.lock().opened.clone()
    }

    /// Times at which connections were over.
    pub(crate) fn closed(&self) -> Vec<Time> {
        self.lock().closed.clone()
    }

    /// Takes down the chain that a client presented.
    pub(crate) fn note_certificates(&self, chain: Option<&[CertificateDer<'static>]>) {
        self.lock().certificates.extend(chain.map(<[_]>::to_vec));
    }

    /// Chains that clients presented.
    pub(crate) fn certificates(&self) -> Vec<Vec<CertificateDer<'static>>> {
        self.lock().certificates.clone()
    }

    pub(crate) fn connects(&self) -> Vec<Connect> {
        let connect = |seen: Seen| match seen.packet {
            Packet::Connect(connect) => Some(connect),
            _ => None,
        };
        self.seen().into_iter().filter_map(connect).collect()
    }

    /// Messages that clients published, with their times.
    pub(crate) fn published(&self, prefix: &str) -> Vec<(Time, Publish)> {
        let publish = |seen: Seen| match seen.packet {
            Packet::Publish(publish) if publish.topic.starts_with(prefix) => Some((seen.at, publish)),
            _ => None,
        };
        self.seen().into_iter().filter_map(publish).collect()
    }

    /// Sends to the newest connection.
    pub(crate) fn push(&self, topic: &str, payload: impl Into<Bytes>) {
        self.push_packet(&Packet::Publish(publish(topic, payload.into())));
    }

    pub(crate) fn push_packet(&self, packet: &Packet) {
        self.push_bytes(packet.to_bytes().unwrap().to_vec());
    }

    pub(crate) fn push_bytes(&self, bytes: Vec<u8>) {
        if let Some(out) = &self.lock().out {
            let _ = out.send(bytes);
        }
    }

    /// Cuts the newest connection.
    pub(crate) fn cut(&self) {
        self.push_bytes(Vec::new());
    }

    /// Changes desired properties and tells the device, if it is there.
    pub(crate) fn desire(&self, patch: &Value) {
        let version = {
            let mut shared = self.lock();
            let desired = shared.rules.desired.as_object_mut().unwrap();
            let version = desired["$version"].as_i64().unwrap() + 1;
            for (name, value) in patch.as_object().unwrap() {
                desired.insert(name.clone(), value.clone());
            }
            desired.insert("$version".into(), version.into());
            version
        };
        self.push(&format!("$iothub/twin/PATCH/properties/desired/?$version={version}"), patch.to_string());
    }

    pub(crate) async fn serve<S: AsyncRead + AsyncWrite + Send + Unpin + 'static>(self, stream: S) {
        let (sender, receiver) = mpsc::unbounded_channel();
        let conn = {
            let mut shared = self.lock();
            shared.out = Some(sender);
            shared.opened.push(self.clock.now());
            shared.opened.len()
        };
        self.run(stream, receiver, conn).await;
        let now = self.clock.now();
        self.lock().closed.push(now);
    }

    async fn run<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        mut stream: S,
        mut commands: mpsc::UnboundedReceiver<Vec<u8>>,
        conn: usize,
    ) {
        let mut framer = Framer::new(usize::MAX);
        let mut buffer = [0; 4096];
        let mut cut_at: Option<Time> = None;
        loop {
            let cut = async {
                match cut_at {
                    Some(at) => self.clock.sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                () = cut => return,
                command = commands.recv() => match command {
                    Some(bytes) if !bytes.is_empty() => {
                        let _ = stream.write_all(&bytes).await;
                        let _ = stream.flush().await;
                    }
                    _ => return,
                },
                read = stream.read(&mut buffer) => match read {
                    Ok(count) if count > 0 => framer.push(&buffer[..count]),
                    _ => return,
                },
            }
            while let Some(frame) = framer.next_frame().unwrap() {
                let packet = Packet::decode(&frame, Sender::Client).unwrap();
                self.lock().seen.push(Seen { at: self.clock.now(), conn, packet: packet.clone() });
                if packet == Packet::Disconnect {
                    return;
                }
                let (answers, close) = self.answer(&packet);
                if let (Packet::Connect(_), false) = (&packet, answers.is_empty()) {
                    cut_at = self.rule(|rules| rules.cut_after).map(|after| self.clock.now() + after);
                }
                for answer in answers {
                    let _ = stream.write_all(&answer.to_bytes().unwrap()).await;
                }
                let _ = stream.flush().await;
                if close {
                    return;
                }
            }
        }
    }

    fn answer(&self, packet: &Packet) -> (Vec<Packet>, bool) {
        let mut shared = self.lock();
        let rules = &mut shared.rules;
        match packet {
            Packet::Connect(connect) => match rules.connack.pop_front() {
                Some(None) => (vec![], false),
                code => {
                    let code = ConnectCode::from_byte(code.flatten().unwrap_or(0)).unwrap();
                    let accepted = code == ConnectCode::Accepted;
                    let session_present = accepted && rules.session_present && !connect.clean_session;
                    (vec![Packet::ConnAck(ConnAck { session_present, code })], !accepted)
                }
            },
            Packet::Subscribe(subscribe) => match rules.suback {
                Some(code) => {
                    let codes = subscribe.filters.iter().map(|_| code).collect();
                    (vec![Packet::SubAck(SubAck { id: subscribe.id, codes })], false)
                }
                None => (vec![], false),
            },
            Packet::Unsubscribe(unsubscribe) => (vec![Packet::UnsubAck(unsubscribe.id)], false),
            Packet::PingReq if rules.pingresp => (vec![Packet::PingResp], false),
            Packet::Publish(publish) => {
                let mut answers = Vec::new();
                if let (Some(id), true) = (publish.id, rules.puback) {
                    answers.push(match publish.qos {
                        QoS::ExactlyOnce => Packet::PubRec(id),
                        _ => Packet::PubAck(id),
                    });
                }
                answers.extend(answer_publish(rules, publish));
                (answers, false)
            }
            Packet::PubRel(id) => (vec![Packet::PubComp(*id)], false),
            _ => (vec![], false),
        }
    }
}

fn answer_publish(rules: &mut Rules, message: &Publish) -> Option<Packet> {
    let rid = message.topic.split_once("$rid=").map(|(_, rest)| rest.split('&').next().unwrap_or(rest));
    let is_get = message.topic.starts_with("$iothub/twin/GET/");
    if is_get || message.topic.starts_with("$iothub/twin/PATCH/properties/reported/") {
        let rid = rid.unwrap();
        if let Some(status) = rules.twin.pop_front() {
            let body = json!({ "errorCode": u32::from(status) * 1000, "message": "as scripted" }).to_string();
            return Some(Packet::Publish(publish(
                &format!("$iothub/twin/res/{status}/?$rid={rid}"),
                body.into(),
            )));
        }
        if is_get {
            let mut reported = rules.reported.clone();
            reported.insert("$version".into(), rules.reported_version.into());
            let body = json!({ "desired": rules.desired, "reported": reported }).to_string();
            return Some(Packet::Publish(publish(&format!("$iothub/twin/res/200/?$rid={rid}"), body.into())));
        }
        let Value::Object(patch) = serde_json::from_slice(&message.payload).unwrap() else { panic!() };
        rules.reported.extend(patch);
        rules.reported_version += 1;
        let topic = format!("$iothub/twin/res/204/?$rid={rid}&$version={}", rules.reported_version);
        return Some(Packet::Publish(publish(&topic, Bytes::new())));
    }
    if message.topic.starts_with("$dps/registrations/") {
        let (tail, body) = rules.dps.pop_front()?;
        let topic = format!("$dps/registrations/res/{}", tail.replace("{rid}", rid.unwrap()));
        return Some(Packet::Publish(publish(&topic, body.into())));
    }
    None
}

fn publish(topic: &str, payload: Bytes) -> Publish {
    Publish { dup: false, qos: QoS::AtMostOnce, retain: false, topic: topic.into(), id: None, payload }
}
