//! Sessions with the hub and DPS, packet by packet, and what the harness tells everybody to do.

use nanorig_trace::event::{
    CloseHow, CloudEvent, ConnEvent, ConnId, DeviceEvent, Direction, Party, Protocol, Resources, RunEvent,
};
use nanorig_wire::mqtt::{
    ConnAck, Connect, ConnectCode, Packet, PacketId, Publish, QoS, SubAck, SubAckCode, Subscribe,
};
use serde_json::Value;

use super::{HUB_NAME, Story, hello};

/// The filters that a device of the hub needs.
pub(crate) const FILTERS: &[&str] = &[
    "devices/nano-01/messages/devicebound/#",
    "$iothub/twin/res/#",
    "$iothub/twin/PATCH/properties/desired/#",
    "$iothub/methods/POST/#",
];

/// A packet identifier.
pub(crate) fn id(number: u16) -> PacketId {
    PacketId::new(number).expect("tests use no zero")
}

/// A message at QoS 1 with an identifier, at QoS 0 without.
pub(crate) fn message(topic: &str, payload: &str, number: Option<u16>) -> Publish {
    Publish {
        dup: false,
        qos: if number.is_some() { QoS::AtLeastOnce } else { QoS::AtMostOnce },
        retain: false,
        topic: topic.into(),
        id: number.map(id),
        payload: payload.to_owned().into(),
    }
}

/// CONNECT of the device as the hub wants it.
pub(crate) fn hub_connect() -> Connect {
    let mut connect = Connect::new("nano-01");
    connect.clean_session = false;
    connect.keep_alive = 60;
    connect.username = Some(format!("{HUB_NAME}/nano-01/?api-version=2021-04-12"));
    connect
}

/// CONNECT of the device as DPS wants it.
pub(crate) fn dps_connect() -> Connect {
    let mut connect = Connect::new("nano-01");
    connect.keep_alive = 60;
    connect.username = Some("0ne00000000/registrations/nano-01/api-version=2019-03-31".into());
    connect
}

impl Story {
    /// A TLS connection up to the handshake.
    pub(crate) fn secure(&mut self, service: &str) -> ConnId {
        let conn = self.open(service);
        self.hello(conn, &hello()).certificate(conn, "good", "g2").tls(conn);
        conn
    }

    /// A session that the server accepts.
    pub(crate) fn session_with(&mut self, service: &str, connect: Connect, session_present: bool) -> ConnId {
        let conn = self.secure(service);
        self.sends(conn, &Packet::Connect(connect)).connack(conn, ConnectCode::Accepted, session_present);
        conn
    }

    /// A session at the hub without subscriptions. The Keep Alive is 60 s, CleanSession is 0.
    pub(crate) fn session(&mut self, session_present: bool) -> ConnId {
        self.session_with("hub", hub_connect(), session_present)
    }

    /// A session at the hub with all subscriptions.
    pub(crate) fn subscribed_session(&mut self) -> ConnId {
        let conn = self.session(false);
        self.subscribe(conn, 1, FILTERS);
        conn
    }

    pub(crate) fn connack(&mut self, conn: ConnId, code: ConnectCode, session_present: bool) -> &mut Self {
        self.receives(conn, &Packet::ConnAck(ConnAck { session_present, code }))
    }

    /// CONNECT that is refused; the server closes.
    pub(crate) fn refused_session(&mut self, code: ConnectCode) -> ConnId {
        let conn = self.secure("hub");
        self.sends(conn, &Packet::Connect(hub_connect())).connack(conn, code, false);
        self.close(conn, Party::Server, CloseHow::Orderly);
        conn
    }

    /// SUBSCRIBE at QoS 1.
    pub(crate) fn asks_for(&mut self, conn: ConnId, number: u16, filters: &[&str]) -> &mut Self {
        let filters = filters.iter().map(|filter| ((*filter).to_owned(), QoS::AtLeastOnce)).collect();
        self.sends(conn, &Packet::Subscribe(Subscribe { id: id(number), filters }))
    }

    pub(crate) fn suback(&mut self, conn: ConnId, number: u16, codes: &[SubAckCode]) -> &mut Self {
        self.receives(conn, &Packet::SubAck(SubAck { id: id(number), codes: codes.to_vec() }))
    }

    /// SUBSCRIBE at QoS 1 that is granted.
    pub(crate) fn subscribe(&mut self, conn: ConnId, number: u16, filters: &[&str]) -> &mut Self {
        let granted = vec![SubAckCode::Granted(QoS::AtLeastOnce); filters.len()];
        self.asks_for(conn, number, filters).suback(conn, number, &granted)
    }

    /// The device publishes; QoS 1 with an identifier.
    pub(crate) fn publishes(
        &mut self,
        conn: ConnId,
        topic: &str,
        payload: &str,
        number: Option<u16>,
    ) -> &mut Self {
        self.sends(conn, &Packet::Publish(message(topic, payload, number)))
    }

    /// The device publishes telemetry at QoS 1.
    pub(crate) fn telemetry(&mut self, conn: ConnId, number: u16, payload: &str) -> &mut Self {
        let topic = "devices/nano-01/messages/events/$.ct=application%2Fjson&$.ce=utf-8";
        self.publishes(conn, topic, payload, Some(number))
    }

    /// The server acknowledges.
    pub(crate) fn puback(&mut self, conn: ConnId, number: u16) -> &mut Self {
        self.receives(conn, &Packet::PubAck(id(number)))
    }

    /// The server delivers; QoS 1 with an identifier.
    pub(crate) fn delivers(
        &mut self,
        conn: ConnId,
        topic: &str,
        payload: &str,
        number: Option<u16>,
    ) -> &mut Self {
        self.receives(conn, &Packet::Publish(message(topic, payload, number)))
    }

    /// The device acknowledges.
    pub(crate) fn acks(&mut self, conn: ConnId, number: u16) -> &mut Self {
        self.sends(conn, &Packet::PubAck(id(number)))
    }

    /// The device reads its twin.
    pub(crate) fn twin_get(&mut self, conn: ConnId, rid: &str) -> &mut Self {
        self.publishes(conn, &format!("$iothub/twin/GET/?$rid={rid}"), "", None)
    }

    /// The device reports properties.
    pub(crate) fn twin_report(&mut self, conn: ConnId, rid: &str, patch: &str) -> &mut Self {
        self.publishes(conn, &format!("$iothub/twin/PATCH/properties/reported/?$rid={rid}"), patch, None)
    }

    pub(crate) fn twin_answer(&mut self, conn: ConnId, rid: &str, status: u16, body: &str) -> &mut Self {
        self.delivers(conn, &format!("$iothub/twin/res/{status}/?$rid={rid}"), body, None)
    }

    /// The device reads its twin, whose desired section has this version.
    pub(crate) fn reads_twin(&mut self, conn: ConnId, rid: &str, version: i64) -> &mut Self {
        let body = format!("{{\"desired\":{{\"$version\":{version}}},\"reported\":{{\"$version\":1}}}}");
        self.twin_get(conn, rid).twin_answer(conn, rid, 200, &body)
    }

    pub(crate) fn pushes_desired(&mut self, conn: ConnId, version: i64, patch: &str) -> &mut Self {
        self.delivers(
            conn,
            &format!("$iothub/twin/PATCH/properties/desired/?$version={version}"),
            patch,
            None,
        )
    }

    pub(crate) fn calls_method(&mut self, conn: ConnId, name: &str, rid: &str, payload: &str) -> &mut Self {
        self.delivers(conn, &format!("$iothub/methods/POST/{name}/?$rid={rid}"), payload, None)
    }

    pub(crate) fn answers_method(&mut self, conn: ConnId, status: i32, rid: &str) -> &mut Self {
        self.publishes(conn, &format!("$iothub/methods/res/{status}/?$rid={rid}"), "{}", None)
    }

    /// Bytes that no encoder makes.
    pub(crate) fn raw(&mut self, conn: ConnId, direction: Direction, bytes: &[u8]) -> &mut Self {
        self.event(ConnEvent::Packet {
            conn,
            protocol: Protocol::Mqtt,
            direction,
            bytes: bytes.to_vec().into(),
        })
    }

    /// The device is told to do something.
    pub(crate) fn action(&mut self, name: &str, args: Value) -> &mut Self {
        self.event(RunEvent::Action { name: name.into(), args, step: None })
    }

    /// The cloud or the network is told to do something.
    pub(crate) fn stimulus(&mut self, hand: &str, name: &str, args: Value) -> &mut Self {
        self.event(RunEvent::Stimulus { hand: hand.into(), name: name.into(), args, step: None })
    }

    pub(crate) fn outcome(&mut self, name: &str, ok: bool, fields: Value) -> &mut Self {
        self.event(RunEvent::Outcome { name: name.into(), ok, fields, step: None })
    }

    /// The device counts a message as delivered.
    pub(crate) fn confirms(&mut self, number: u64) -> &mut Self {
        self.event(DeviceEvent::TelemetrySent { number, confirmed: true })
    }

    pub(crate) fn handles_desired(
        &mut self,
        version: i64,
        via: &str,
        applied: bool,
        properties: Value,
    ) -> &mut Self {
        self.event(DeviceEvent::Desired { version, via: via.into(), applied, properties })
    }

    pub(crate) fn hub_status(&mut self, status: &str, reason: &str) -> &mut Self {
        self.event(DeviceEvent::Status { client: "hub".into(), status: status.into(), reason: reason.into() })
    }

    pub(crate) fn sample(&mut self, point: &str, resources: Resources) -> &mut Self {
        self.event(DeviceEvent::ResourcesNow { point: point.into(), resources })
    }

    pub(crate) fn desired_changed(&mut self, version: i64, patch: Value, delivered: bool) -> &mut Self {
        self.event(CloudEvent::TwinDesired { device: "nano-01".into(), patch, version, delivered })
    }

    /// The hub ends a connection.
    pub(crate) fn disconnected(&mut self, conn: ConnId, cause: &str) -> &mut Self {
        self.event(CloudEvent::Disconnected {
            device: "nano-01".into(),
            conn,
            cause: cause.into(),
            will: false,
        })
    }

    /// RST of the server.
    pub(crate) fn cut(&mut self, conn: ConnId) -> &mut Self {
        self.close(conn, Party::Server, CloseHow::Reset)
    }

    /// The device closes in order.
    pub(crate) fn leaves(&mut self, conn: ConnId) -> &mut Self {
        self.sends(conn, &Packet::Disconnect).close(conn, Party::Device, CloseHow::Orderly)
    }
}
