use super::*;
use crate::segment::Segment;
use crate::{SegmentConfig, UdpSocket, World};
use nanorig_trace::Utc;
use nanorig_wire::lan::dhcp::Message;

const MAC: [u8; 6] = [0x24, 0x0A, 0xC4, 0, 0, 1];

struct Client {
    socket: UdpSocket,
    segment: Segment,
}

impl Client {
    fn new() -> Self {
        let world = World::new(1, Utc::UNIX_EPOCH);
        let (segment, port) = Segment::new(&world, SegmentConfig::default());
        port.set_link(true);
        Self { socket: port.udp_bind(CLIENT_PORT, 4).unwrap(), segment }
    }

    fn server(&self) -> DhcpHandle {
        self.segment.dhcp().unwrap()
    }

    /// Broadcasts a message and gives the answer, if one comes within a second.
    async fn ask(&self, message: &Message) -> Option<Message> {
        let to = SocketAddrV4::new(Ipv4Addr::BROADCAST, SERVER_PORT);
        self.socket.send_to(&message.encode(), to).unwrap();
        let answer = tokio::time::timeout(Duration::from_secs(1), self.socket.recv_from()).await.ok()?;
        let (payload, from) = answer.unwrap();
        assert_eq!(from, SocketAddrV4::new(Ipv4Addr::new(192, 168, 4, 1), SERVER_PORT));
        Some(Message::decode(&payload).unwrap())
    }
}

fn discover() -> Message {
    Message::request(Kind::Discover, 7, MAC)
}

fn select(address: Ipv4Addr) -> Message {
    let mut request = Message::request(Kind::Request, 7, MAC);
    request.options.requested_address = Some(address);
    request.options.server_id = Some(Ipv4Addr::new(192, 168, 4, 1));
    request
}

fn renew(address: Ipv4Addr) -> Message {
    let mut request = Message::request(Kind::Request, 8, MAC);
    request.ciaddr = address;
    request
}

const LEASED: Ipv4Addr = Ipv4Addr::new(192, 168, 4, 2);

#[tokio::test(start_paused = true)]
async fn a_client_without_an_address_gets_one() {
    let client = Client::new();
    let lease = Settings {
        lease: Duration::from_secs(120),
        t1: Some(Duration::from_secs(60)),
        t2: Some(Duration::from_secs(105)),
        ..Settings::default()
    };
    client.server().set(lease);
    let offer = client.ask(&discover()).await.unwrap();
    assert_eq!((offer.kind, offer.yiaddr, offer.xid), (Kind::Offer, LEASED, 7));
    let ack = client.ask(&select(offer.yiaddr)).await.unwrap();
    assert_eq!((ack.kind, ack.yiaddr), (Kind::Ack, LEASED));
    let options = ack.options;
    assert_eq!(options.subnet_mask, Some(Ipv4Addr::new(255, 255, 255, 0)));
    assert_eq!(options.routers, [Ipv4Addr::new(192, 168, 4, 1)]);
    assert_eq!(options.dns_servers, [Ipv4Addr::new(192, 168, 4, 1)]);
    assert_eq!(
        (options.lease_time_s, options.renewal_time_s, options.rebinding_time_s),
        (Some(120), Some(60), Some(105))
    );
}

#[tokio::test(start_paused = true)]
async fn requests_for_something_else_are_refused_or_left_alone() {
    let client = Client::new();
    let nak = client.ask(&select(Ipv4Addr::new(192, 168, 4, 99))).await.unwrap();
    assert_eq!((nak.kind, nak.yiaddr), (Kind::Nak, Ipv4Addr::UNSPECIFIED));
    let mut other = select(LEASED);
    other.options.server_id = Some(Ipv4Addr::new(192, 168, 4, 254));
    assert_eq!(client.ask(&other).await, None, "it chose another server");
    assert_eq!(
        client.ask(&Message::reply(&discover(), Kind::Offer, LEASED)).await,
        None,
        "a server's message"
    );
}

#[tokio::test(start_paused = true)]
async fn another_subnet_refuses_the_renewal_and_offers_the_new_address() {
    let client = Client::new();
    assert_eq!(client.ask(&renew(LEASED)).await.unwrap().kind, Kind::Ack);
    let (address, router) = (Ipv4Addr::new(10, 9, 0, 7), Ipv4Addr::new(10, 9, 0, 1));
    client.server().set(Settings { address, router, ..Settings::default() });
    assert_eq!(client.ask(&renew(LEASED)).await.unwrap().kind, Kind::Nak);
    assert_eq!(client.ask(&discover()).await.unwrap().yiaddr, address);
}

#[tokio::test(start_paused = true)]
async fn behaviours_do_what_they_say() {
    let client = Client::new();
    let expectations = [
        (Behaviour::Silent, None, None),
        (Behaviour::Nak, Some(Kind::Offer), Some(Kind::Nak)),
        (Behaviour::OfferOnly, Some(Kind::Offer), None),
        (Behaviour::SilentToUnicast, Some(Kind::Offer), Some(Kind::Ack)),
        (Behaviour::Normal, Some(Kind::Offer), Some(Kind::Ack)),
    ];
    for (behaviour, to_discover, to_request) in expectations {
        client.server().set_behaviour(behaviour);
        assert_eq!(client.ask(&discover()).await.map(|m| m.kind), to_discover, "{behaviour:?}");
        assert_eq!(client.ask(&select(LEASED)).await.map(|m| m.kind), to_request, "{behaviour:?}");
    }
}

#[test]
fn unicast_renewals_can_be_ignored_and_declined_addresses_are_not_offered_again() {
    let mut server =
        Server { settings: Settings::default(), behaviour: Behaviour::SilentToUnicast, declined: 0 };
    assert_eq!(server.answer(&renew(LEASED), true), None);
    assert_eq!(server.answer(&renew(LEASED), false).unwrap().kind, Kind::Ack);
    assert_eq!(server.answer(&Message::request(Kind::Decline, 1, MAC), false), None);
    assert_eq!(server.answer(&discover(), false).unwrap().yiaddr, Ipv4Addr::new(192, 168, 4, 3));
    let inform = server.answer(&Message::request(Kind::Inform, 1, MAC), false).unwrap();
    assert_eq!(
        (inform.kind, inform.yiaddr, inform.options.lease_time_s),
        (Kind::Ack, Ipv4Addr::UNSPECIFIED, None)
    );
}

#[test]
fn answers_go_where_the_client_can_hear_them() {
    let server = Server { settings: Settings::default(), behaviour: Behaviour::Normal, declined: 0 };
    assert_eq!(destination(&server.lease(&discover(), Kind::Offer)), LEASED);
    assert_eq!(
        destination(&server.lease(&Message { broadcast: true, ..discover() }, Kind::Offer)),
        Ipv4Addr::BROADCAST
    );
    assert_eq!(destination(&server.lease(&renew(LEASED), Kind::Ack)), LEASED);
    assert_eq!(destination(&Message::reply(&renew(LEASED), Kind::Nak, LEASED)), Ipv4Addr::BROADCAST);
    let for_ever = Settings { lease: Duration::MAX, prefix: 0, ..Settings::default() };
    let server = Server { settings: for_ever, ..server };
    let ack = server.lease(&renew(LEASED), Kind::Ack);
    assert_eq!(
        (ack.options.lease_time_s, ack.options.subnet_mask),
        (Some(u32::MAX), Some(Ipv4Addr::UNSPECIFIED))
    );
}
