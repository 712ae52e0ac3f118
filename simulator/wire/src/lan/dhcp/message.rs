//! The fixed part of a message (RFC 2131 2).

use std::net::Ipv4Addr;

use super::options::{Options, Raw};
use crate::octets::{DecodeError, Octets, Problem};

/// Direction of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// From a client, 1.
    BootRequest,
    /// From a server, 2.
    BootReply,
}

/// The DHCP message type (RFC 2132 9.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Who can give me an address?
    Discover,
    /// I can give you this one.
    Offer,
    /// I want this one, or want to keep it.
    Request,
    /// This one is in use by somebody else.
    Decline,
    /// It is yours.
    Ack,
    /// You cannot have it.
    Nak,
    /// I need it no longer.
    Release,
    /// I have an address, tell me the rest.
    Inform,
}

impl Kind {
    /// All kinds in the order of their numbers, which start at 1.
    pub const ALL: [Self; 8] = [
        Self::Discover,
        Self::Offer,
        Self::Request,
        Self::Decline,
        Self::Ack,
        Self::Nak,
        Self::Release,
        Self::Inform,
    ];

    /// Its number, from 1.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8 + 1
    }

    /// Its name as the standard writes it, such as `DHCPDISCOVER`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Discover => "DHCPDISCOVER",
            Self::Offer => "DHCPOFFER",
            Self::Request => "DHCPREQUEST",
            Self::Decline => "DHCPDECLINE",
            Self::Ack => "DHCPACK",
            Self::Nak => "DHCPNAK",
            Self::Release => "DHCPRELEASE",
            Self::Inform => "DHCPINFORM",
        }
    }
}

/// A DHCP message on an Ethernet-like network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Direction.
    pub op: Op,
    /// Message type.
    pub kind: Kind,
    /// Relay agents passed.
    pub hops: u8,
    /// Transaction id.
    pub xid: u32,
    /// Seconds since the client began.
    pub secs: u16,
    /// True when the client wants its answers broadcast.
    pub broadcast: bool,
    /// The client's address while it may use it, else 0.0.0.0.
    pub ciaddr: Ipv4Addr,
    /// The address given to the client.
    pub yiaddr: Ipv4Addr,
    /// The next server of a boot.
    pub siaddr: Ipv4Addr,
    /// The relay agent's address.
    pub giaddr: Ipv4Addr,
    /// The client's MAC address.
    pub chaddr: [u8; 6],
    /// Server host name without its zeros; empty when there is none or when the field carries options.
    pub sname: Vec<u8>,
    /// Boot file name without its zeros; empty when there is none or when the field carries options.
    pub file: Vec<u8>,
    /// All options but the message type.
    pub options: Options,
}

/// Start of the options field (RFC 2131 3).
const MAGIC_COOKIE: [u8; 4] = [99, 130, 83, 99];
/// Shortest message that every relay agent forwards (RFC 1542 2.1).
const SHORTEST: usize = 300;

impl Message {
    /// A client's message with no address and no options.
    #[must_use]
    pub fn request(kind: Kind, xid: u32, chaddr: [u8; 6]) -> Self {
        Self {
            op: Op::BootRequest,
            kind,
            hops: 0,
            xid,
            secs: 0,
            broadcast: false,
            ciaddr: Ipv4Addr::UNSPECIFIED,
            yiaddr: Ipv4Addr::UNSPECIFIED,
            siaddr: Ipv4Addr::UNSPECIFIED,
            giaddr: Ipv4Addr::UNSPECIFIED,
            chaddr,
            sname: Vec::new(),
            file: Vec::new(),
            options: Options::default(),
        }
    }

    /// A server's answer to `request` by `server`, without an address and other options.
    #[must_use]
    pub fn reply(request: &Self, kind: Kind, server: Ipv4Addr) -> Self {
        let mut reply = Self::request(kind, request.xid, request.chaddr);
        reply.op = Op::BootReply;
        reply.broadcast = request.broadcast;
        reply.giaddr = request.giaddr;
        // RFC 2131 table 3: an ACK repeats the client's address, an OFFER and a NAK do not.
        reply.ciaddr = if kind == Kind::Ack { request.ciaddr } else { Ipv4Addr::UNSPECIFIED };
        reply.options.server_id = Some(server);
        reply
    }

    /// The message's octets, options never overloaded, padded to 300.
    ///
    /// # Panics
    /// `sname` has more than 64 octets or `file` more than 128.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(SHORTEST);
        let op = match self.op {
            Op::BootRequest => 1,
            Op::BootReply => 2,
        };
        out.extend([op, 1, 6, self.hops]);
        out.extend(self.xid.to_be_bytes());
        out.extend(self.secs.to_be_bytes());
        out.extend(if self.broadcast { [0x80, 0] } else { [0, 0] });
        for address in [self.ciaddr, self.yiaddr, self.siaddr, self.giaddr] {
            out.extend(address.octets());
        }
        out.extend(self.chaddr);
        out.extend([0; 10]);
        for (text, width) in [(&self.sname, 64), (&self.file, 128)] {
            assert!(text.len() <= width, "the field has {width} octets");
            out.extend(text);
            out.resize(out.len() + width - text.len(), 0);
        }
        out.extend(MAGIC_COOKIE);
        out.extend([53, 1, self.kind.number()]);
        self.options.write(&mut out);
        out.push(255);
        out.resize(out.len().max(SHORTEST), 0);
        out
    }

    /// Reads a message.
    ///
    /// # Errors
    /// The first field that is not as RFC 2131 2 says, an option that is not as RFC 2132 says, or no message type.
    pub fn decode(octets: &[u8]) -> Result<Self, DecodeError> {
        let mut octets = Octets::new(octets, "RFC 2131 2");
        let op = match octets.u8("op")? {
            1 => Op::BootRequest,
            2 => Op::BootReply,
            other => return Err(octets.error_at(0, "op", value(other, "1 or 2"))),
        };
        for (place, field, wanted) in [(1, "htype", 1), (2, "hlen", 6)] {
            match octets.u8(field)? {
                found if found == wanted => {}
                found => return Err(octets.error_at(place, field, value(found, "that of Ethernet"))),
            }
        }
        let hops = octets.u8("hops")?;
        let xid = octets.u32("xid")?;
        let secs = octets.u16("secs")?;
        // RFC 2131 2: the reserved bits must be zero from clients and are ignored by servers.
        let broadcast = octets.u16("flags")? & 0x8000 != 0;
        let ciaddr = octets.ipv4("ciaddr")?;
        let yiaddr = octets.ipv4("yiaddr")?;
        let siaddr = octets.ipv4("siaddr")?;
        let giaddr = octets.ipv4("giaddr")?;
        let chaddr = octets.array("chaddr")?;
        octets.take(10, "chaddr")?;
        let sname = octets.slice(64, "sname")?;
        let file = octets.slice(128, "file")?;
        let mut octets = octets.under("RFC 2131 3");
        let cookie_at = octets.offset();
        if octets.array("magic cookie")? != MAGIC_COOKIE {
            let problem = Problem::Value { found: 0, allowed: "99.130.83.99" };
            return Err(octets.error_at(cookie_at, "magic cookie", problem));
        }
        let mut raw = Raw::default();
        raw.read(octets)?;
        let overload = raw.overload()?;
        // RFC 2132 9.3: `file` is read before `sname`.
        if overload.file {
            raw.read(file)?;
        }
        if overload.sname {
            raw.read(sname)?;
        }
        let kind = raw.kind()?;
        let text = |mut field: Octets<'_>, overloaded: bool| {
            let bytes = field.take(field.left(), "text").unwrap_or_default();
            let end = bytes.iter().position(|&octet| octet == 0).unwrap_or(bytes.len());
            if overloaded { Vec::new() } else { bytes[..end].to_vec() }
        };
        let (sname, file) = (text(sname, overload.sname), text(file, overload.file));
        let options = raw.finish()?;
        Ok(Self {
            op,
            kind,
            hops,
            xid,
            secs,
            broadcast,
            ciaddr,
            yiaddr,
            siaddr,
            giaddr,
            chaddr,
            sname,
            file,
            options,
        })
    }
}

pub(super) fn value(found: u8, allowed: &'static str) -> Problem {
    Problem::Value { found: u64::from(found), allowed }
}
