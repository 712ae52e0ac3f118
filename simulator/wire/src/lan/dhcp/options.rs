//! Options (RFC 2132), whole or in parts (RFC 3396).

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use bytes::Bytes;

use super::message::{Kind, value};
use crate::octets::{DecodeError, Octets, Problem};

/// The options of a message but for its type. What is absent is `None` or empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// 1: subnet mask.
    pub subnet_mask: Option<Ipv4Addr>,
    /// 3: routers, in order of preference.
    pub routers: Vec<Ipv4Addr>,
    /// 6: DNS servers, in order of preference.
    pub dns_servers: Vec<Ipv4Addr>,
    /// 12: the client's host name.
    pub host_name: Option<Bytes>,
    /// 15: domain name.
    pub domain_name: Option<Bytes>,
    /// 26: MTU of the interface, at least 68.
    pub interface_mtu: Option<u16>,
    /// 28: broadcast address.
    pub broadcast_address: Option<Ipv4Addr>,
    /// 42: NTP servers, in order of preference.
    pub ntp_servers: Vec<Ipv4Addr>,
    /// 50: the address that the client asks for.
    pub requested_address: Option<Ipv4Addr>,
    /// 51: lease time in seconds; `u32::MAX` is for ever.
    pub lease_time_s: Option<u32>,
    /// 54: the server.
    pub server_id: Option<Ipv4Addr>,
    /// 55: codes of the options that the client wants.
    pub parameter_request: Vec<u8>,
    /// 56: what went wrong, for people.
    pub message: Option<Bytes>,
    /// 57: longest message that the client accepts, at least 576.
    pub max_message_size: Option<u16>,
    /// 58: T1, renewal time in seconds.
    pub renewal_time_s: Option<u32>,
    /// 59: T2, rebinding time in seconds.
    pub rebinding_time_s: Option<u32>,
    /// 60: vendor class.
    pub vendor_class: Option<Bytes>,
    /// 61: client identifier, the hardware type first; at least two octets.
    pub client_id: Option<Bytes>,
    /// Options that have no field here, by code.
    pub other: BTreeMap<u8, Bytes>,
}

impl Options {
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let mut put = |code: u8, data: &[u8]| {
            // RFC 3396: what is longer than 255 octets goes into several options of the same code.
            for part in data.chunks(255) {
                out.extend([code, u8::try_from(part.len()).expect("a chunk has at most 255 octets")]);
                out.extend(part);
            }
        };
        let address = |address: &Option<Ipv4Addr>| address.map(|a| a.octets().to_vec()).unwrap_or_default();
        let addresses = |list: &[Ipv4Addr]| list.iter().flat_map(Ipv4Addr::octets).collect::<Vec<u8>>();
        let seconds = |time: Option<u32>| time.map(|s| s.to_be_bytes().to_vec()).unwrap_or_default();
        let size = |size: Option<u16>| size.map(|s| s.to_be_bytes().to_vec()).unwrap_or_default();
        let text = |text: &Option<Bytes>| text.clone().unwrap_or_default();
        put(1, &address(&self.subnet_mask));
        put(3, &addresses(&self.routers));
        put(6, &addresses(&self.dns_servers));
        put(12, &text(&self.host_name));
        put(15, &text(&self.domain_name));
        put(26, &size(self.interface_mtu));
        put(28, &address(&self.broadcast_address));
        put(42, &addresses(&self.ntp_servers));
        put(50, &address(&self.requested_address));
        put(51, &seconds(self.lease_time_s));
        put(54, &address(&self.server_id));
        put(55, &self.parameter_request);
        put(56, &text(&self.message));
        put(57, &size(self.max_message_size));
        put(58, &seconds(self.renewal_time_s));
        put(59, &seconds(self.rebinding_time_s));
        put(60, &text(&self.vendor_class));
        put(61, &text(&self.client_id));
        for (code, data) in &self.other {
            match data.is_empty() {
                true => out.extend([*code, 0]),
                false => data.chunks(255).for_each(|part| {
                    out.extend([*code, u8::try_from(part.len()).expect("a chunk has at most 255 octets")]);
                    out.extend(part);
                }),
            }
        }
    }
}

/// Which fields carry options too (RFC 2132 9.3).
pub(super) struct Overload {
    pub(super) file: bool,
    pub(super) sname: bool,
}

/// Options as received, the parts of each joined, with the offset of the first part's data.
#[derive(Default)]
pub(super) struct Raw {
    options: BTreeMap<u8, (usize, Vec<u8>)>,
}

impl Raw {
    /// Adds the options of one field, up to its end option.
    pub(super) fn read(&mut self, octets: Octets<'_>) -> Result<(), DecodeError> {
        let mut octets = octets.under("RFC 2132 2");
        loop {
            // RFC 2132 3.2: the end option is mandatory in the options field; fields that merely end are
            // accepted, because clients and servers in use leave it out.
            if octets.is_empty() {
                return Ok(());
            }
            match octets.u8("option code")? {
                0 => {}
                255 => return Ok(()),
                code => {
                    let length = octets.u8("option length")?;
                    let offset = octets.offset();
                    let data = octets.take(usize::from(length), "option data")?;
                    self.options.entry(code).or_insert_with(|| (offset, Vec::new())).1.extend(data);
                }
            }
        }
    }

    pub(super) fn overload(&mut self) -> Result<Overload, DecodeError> {
        let Some((offset, data)) = self.options.remove(&52) else {
            return Ok(Overload { file: false, sname: false });
        };
        match data[..] {
            [bits @ 1..=3] => Ok(Overload { file: bits & 1 != 0, sname: bits & 2 != 0 }),
            _ => Err(bad("RFC 2132 9.3", offset, "option overload", &data, "1 octet of 1 to 3")),
        }
    }

    pub(super) fn kind(&mut self) -> Result<Kind, DecodeError> {
        let clause = "RFC 2132 9.6";
        let field = "DHCP message type";
        let Some((offset, data)) = self.options.remove(&53) else {
            return Err(DecodeError { clause, offset: 240, field, problem: Problem::Missing });
        };
        match data[..] {
            [number] => number
                .checked_sub(1)
                .and_then(|n| Kind::ALL.get(usize::from(n)).copied())
                .ok_or_else(|| DecodeError { clause, offset, field, problem: value(number, "1 to 8") }),
            _ => Err(bad(clause, offset, field, &data, "1 octet")),
        }
    }

    pub(super) fn finish(mut self) -> Result<Options, DecodeError> {
        Ok(Options {
            subnet_mask: self.fixed("RFC 2132 3.3", 1, "subnet mask")?.map(Ipv4Addr::from_octets),
            routers: self.addresses("RFC 2132 3.5", 3, "router")?,
            dns_servers: self.addresses("RFC 2132 3.8", 6, "domain name server")?,
            host_name: self.text("RFC 2132 3.14", 12, "host name", 1)?,
            domain_name: self.text("RFC 2132 3.17", 15, "domain name", 1)?,
            interface_mtu: self.size("RFC 2132 5.1", 26, "interface MTU", 68)?,
            broadcast_address: self
                .fixed("RFC 2132 5.3", 28, "broadcast address")?
                .map(Ipv4Addr::from_octets),
            ntp_servers: self.addresses("RFC 2132 8.3", 42, "NTP servers")?,
            requested_address: self
                .fixed("RFC 2132 9.1", 50, "requested IP address")?
                .map(Ipv4Addr::from_octets),
            lease_time_s: self.fixed("RFC 2132 9.2", 51, "IP address lease time")?.map(u32::from_be_bytes),
            server_id: self.fixed("RFC 2132 9.7", 54, "server identifier")?.map(Ipv4Addr::from_octets),
            parameter_request: self
                .text("RFC 2132 9.8", 55, "parameter request list", 1)?
                .unwrap_or_default()
                .into(),
            message: self.text("RFC 2132 9.9", 56, "message", 1)?,
            max_message_size: self.size("RFC 2132 9.10", 57, "maximum DHCP message size", 576)?,
            renewal_time_s: self.fixed("RFC 2132 9.11", 58, "renewal time")?.map(u32::from_be_bytes),
            rebinding_time_s: self.fixed("RFC 2132 9.12", 59, "rebinding time")?.map(u32::from_be_bytes),
            vendor_class: self.text("RFC 2132 9.13", 60, "vendor class identifier", 1)?,
            client_id: self.text("RFC 2132 9.14", 61, "client identifier", 2)?,
            other: self.options.into_iter().map(|(code, (_, data))| (code, data.into())).collect(),
        })
    }

    fn fixed<const N: usize>(
        &mut self,
        clause: &'static str,
        code: u8,
        field: &'static str,
    ) -> Result<Option<[u8; N]>, DecodeError> {
        let Some((offset, data)) = self.options.remove(&code) else { return Ok(None) };
        let allowed = if N == 2 { "2" } else { "4" };
        data[..].try_into().map(Some).map_err(|_| bad(clause, offset, field, &data, allowed))
    }

    fn size(
        &mut self,
        clause: &'static str,
        code: u8,
        field: &'static str,
        least: u16,
    ) -> Result<Option<u16>, DecodeError> {
        let offset = self.options.get(&code).map_or(0, |(offset, _)| *offset);
        let size = self.fixed(clause, code, field)?.map(u16::from_be_bytes);
        match size {
            Some(found) if found < least => {
                let allowed = if least == 68 { "at least 68" } else { "at least 576" };
                let problem = Problem::Value { found: u64::from(found), allowed };
                Err(DecodeError { clause, offset, field, problem })
            }
            size => Ok(size),
        }
    }

    fn addresses(
        &mut self,
        clause: &'static str,
        code: u8,
        field: &'static str,
    ) -> Result<Vec<Ipv4Addr>, DecodeError> {
        let Some((offset, data)) = self.options.remove(&code) else { return Ok(Vec::new()) };
        match data.as_chunks::<4>() {
            (addresses @ [_, ..], []) => Ok(addresses.iter().copied().map(Ipv4Addr::from_octets).collect()),
            _ => Err(bad(clause, offset, field, &data, "a multiple of 4")),
        }
    }

    fn text(
        &mut self,
        clause: &'static str,
        code: u8,
        field: &'static str,
        least: usize,
    ) -> Result<Option<Bytes>, DecodeError> {
        match self.options.remove(&code) {
            None => Ok(None),
            Some((offset, data)) if data.len() < least => {
                Err(bad(clause, offset, field, &data, if least == 1 { "at least 1" } else { "at least 2" }))
            }
            Some((_, data)) => Ok(Some(data.into())),
        }
    }
}

fn bad(
    clause: &'static str,
    offset: usize,
    field: &'static str,
    data: &[u8],
    allowed: &'static str,
) -> DecodeError {
    DecodeError { clause, offset, field, problem: Problem::Length { found: data.len(), allowed } }
}
