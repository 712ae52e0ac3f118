//! Ethernet frames as far as the link, the gateway and faults look into them.

use std::net::{Ipv4Addr, SocketAddrV4};

use nanorig_trace::Time;
use nanorig_trace::event::Direction;
use smoltcp::phy::ChecksumCapabilities;
use smoltcp::wire::{
    ArpOperation, ArpPacket, ArpRepr, EthernetAddress, EthernetFrame, EthernetProtocol, IpAddress,
    IpProtocol, Ipv4Packet, Ipv4Repr, TcpPacket, UdpPacket, UdpRepr,
};

use crate::segment::Mac;

/// Length of an Ethernet header.
pub(super) const ETHERNET: usize = 14;

/// A frame that enters the link.
#[derive(Clone, Copy, Debug)]
pub struct FrameInfo<'a> {
    /// When, since the run began.
    pub now: Time,
    /// Which way it goes.
    pub direction: Direction,
    /// The whole Ethernet frame without its check sequence.
    pub bytes: &'a [u8],
}

impl FrameInfo<'_> {
    /// The TCP segment in it, when there is one with valid checksums.
    #[must_use]
    pub fn tcp(&self) -> Option<TcpSegment> {
        match classify(self.bytes) {
            Payload::Tcp(segment) => Some(segment),
            _ => None,
        }
    }

    /// Addresses and ports of the UDP datagram in it, source first.
    #[must_use]
    pub fn udp(&self) -> Option<(SocketAddrV4, SocketAddrV4)> {
        match classify(self.bytes) {
            Payload::Udp(datagram) => Some((datagram.source, datagram.destination)),
            _ => None,
        }
    }

    /// Length of its IP packet in bytes; for other frames, of their payload.
    #[must_use]
    pub fn packet_bytes(&self) -> usize {
        self.bytes.len().saturating_sub(ETHERNET)
    }
}

/// The control bits of a segment (RFC 9293 3.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TcpFlags {
    /// Synchronise.
    pub syn: bool,
    /// Acknowledgement number is valid.
    pub ack: bool,
    /// No more from the sender.
    pub fin: bool,
    /// Reset.
    pub rst: bool,
}

/// The header of a TCP segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TcpSegment {
    /// Sender.
    pub source: SocketAddrV4,
    /// Receiver.
    pub destination: SocketAddrV4,
    /// Control bits.
    pub flags: TcpFlags,
    /// Sequence number.
    pub seq: u32,
    /// Acknowledgement number.
    pub ack: u32,
    /// Window as in the header, not scaled.
    pub window: u16,
    /// Bytes of text.
    pub text_bytes: usize,
}

impl TcpSegment {
    /// Octets of sequence space: text, SYN and FIN.
    #[must_use]
    pub fn sequence_length(&self) -> usize {
        self.text_bytes + usize::from(self.flags.syn) + usize::from(self.flags.fin)
    }
}

/// A UDP datagram.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UdpDatagram<'a> {
    pub(crate) source: SocketAddrV4,
    pub(crate) destination: SocketAddrV4,
    pub(crate) payload: &'a [u8],
}

/// What a frame carries.
#[derive(Debug)]
pub(crate) enum Payload<'a> {
    /// A well-formed ARP packet.
    Arp { request: bool, ip: Ipv4Addr, target: Ipv4Addr },
    /// A TCP segment with valid checksums.
    Tcp(TcpSegment),
    /// A UDP datagram with valid checksums.
    Udp(UdpDatagram<'a>),
    /// Another protocol, a fragment, or broken.
    Other,
}

/// Looks into a frame. What fails a checksum is `Other`: nobody may act on it or repair it.
pub(crate) fn classify(frame: &[u8]) -> Payload<'_> {
    classify_checked(frame).unwrap_or(Payload::Other)
}

fn classify_checked(bytes: &[u8]) -> Option<Payload<'_>> {
    let frame = EthernetFrame::new_checked(bytes).ok()?;
    match frame.ethertype() {
        EthernetProtocol::Arp => {
            let ArpRepr::EthernetIpv4 { operation, source_protocol_addr, target_protocol_addr, .. } =
                ArpRepr::parse(&ArpPacket::new_checked(frame.payload()).ok()?).ok()?
            else {
                return None;
            };
            Some(Payload::Arp {
                request: operation == ArpOperation::Request,
                ip: source_protocol_addr,
                target: target_protocol_addr,
            })
        }
        EthernetProtocol::Ipv4 => {
            let ip = Ipv4Packet::new_checked(frame.payload()).ok()?;
            if !ip.verify_checksum() || ip.more_frags() || ip.frag_offset() != 0 {
                return None;
            }
            let (from, to) = (ip.src_addr(), ip.dst_addr());
            // The payload borrows from `bytes`, not from the packet view on the stack.
            let start = ETHERNET + usize::from(ip.header_len());
            let payload = bytes.get(start..ETHERNET + usize::from(ip.total_len()))?;
            match ip.next_header() {
                IpProtocol::Tcp => tcp_segment(payload, from, to).map(Payload::Tcp),
                IpProtocol::Udp => {
                    let udp = UdpPacket::new_checked(payload).ok()?;
                    udp.verify_checksum(&from.into(), &to.into()).then(|| {
                        Payload::Udp(UdpDatagram {
                            source: SocketAddrV4::new(from, udp.src_port()),
                            destination: SocketAddrV4::new(to, udp.dst_port()),
                            payload: &payload[8..usize::from(udp.len())],
                        })
                    })
                }
                _ => None,
            }
        }
        _ => None,
    }
}

fn tcp_segment(payload: &[u8], from: Ipv4Addr, to: Ipv4Addr) -> Option<TcpSegment> {
    let tcp = TcpPacket::new_checked(payload).ok()?;
    if !tcp.verify_checksum(&IpAddress::Ipv4(from), &IpAddress::Ipv4(to)) {
        return None;
    }
    Some(TcpSegment {
        source: SocketAddrV4::new(from, tcp.src_port()),
        destination: SocketAddrV4::new(to, tcp.dst_port()),
        flags: TcpFlags { syn: tcp.syn(), ack: tcp.ack(), fin: tcp.fin(), rst: tcp.rst() },
        seq: tcp.seq_number().0 as u32,
        ack: tcp.ack_number().0 as u32,
        window: tcp.window_len(),
        text_bytes: tcp.payload().len(),
    })
}

/// Changes the TCP header of a frame that `classify` called TCP, and makes its checksum valid again.
pub(crate) fn seal_tcp(frame: &mut [u8], change: impl FnOnce(&mut TcpPacket<&mut [u8]>)) {
    let Ok(mut frame) = EthernetFrame::new_checked(frame) else { return };
    let Ok(mut ip) = Ipv4Packet::new_checked(frame.payload_mut()) else { return };
    let (from, to) = (ip.src_addr(), ip.dst_addr());
    let Ok(mut tcp) = TcpPacket::new_checked(ip.payload_mut()) else { return };
    change(&mut tcp);
    tcp.fill_checksum(&from.into(), &to.into());
}

/// A whole frame around a UDP payload. Its length is the caller's concern.
pub(crate) fn udp_frame(from: (Mac, SocketAddrV4), to: (Mac, SocketAddrV4), payload: &[u8]) -> Vec<u8> {
    let checksums = ChecksumCapabilities::default();
    let udp = UdpRepr { src_port: from.1.port(), dst_port: to.1.port() };
    let ip = Ipv4Repr {
        src_addr: *from.1.ip(),
        dst_addr: *to.1.ip(),
        next_header: IpProtocol::Udp,
        payload_len: udp.header_len() + payload.len(),
        hop_limit: 64,
    };
    let mut bytes = vec![0; ETHERNET + ip.buffer_len() + ip.payload_len];
    let mut frame = EthernetFrame::new_unchecked(&mut bytes);
    frame.set_src_addr(EthernetAddress(from.0.0));
    frame.set_dst_addr(EthernetAddress(to.0.0));
    frame.set_ethertype(EthernetProtocol::Ipv4);
    let mut packet = Ipv4Packet::new_unchecked(frame.payload_mut());
    ip.emit(&mut packet, &checksums);
    udp.emit(
        &mut UdpPacket::new_unchecked(packet.payload_mut()),
        &ip.src_addr.into(),
        &ip.dst_addr.into(),
        payload.len(),
        |out| out.copy_from_slice(payload),
        &checksums,
    );
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FROM: (Mac, SocketAddrV4) =
        (Mac([2, 0, 0, 0, 0, 1]), SocketAddrV4::new(Ipv4Addr::new(192, 168, 4, 2), 5_000));
    const TO: (Mac, SocketAddrV4) =
        (Mac([2, 0, 0, 0, 0, 2]), SocketAddrV4::new(Ipv4Addr::new(1, 2, 3, 4), 123));

    #[test]
    fn a_udp_frame_reads_back_and_a_flipped_bit_shows() {
        let mut frame = udp_frame(FROM, TO, b"hello");
        let Payload::Udp(datagram) = classify(&frame) else { panic!("not UDP: {frame:02x?}") };
        assert_eq!((datagram.source, datagram.destination), (FROM.1, TO.1));
        assert_eq!(datagram.payload, b"hello");
        for bit in ETHERNET * 8..frame.len() * 8 {
            frame[bit / 8] ^= 1 << (bit % 8);
            // RFC 768: an all-zero checksum means none, so a flip inside the field is the exception to test for.
            assert!(matches!(classify(&frame), Payload::Other), "bit {bit}");
            frame[bit / 8] ^= 1 << (bit % 8);
        }
    }

    proptest! {
        #[test]
        fn arbitrary_frames_never_panic(mut bytes in proptest::collection::vec(any::<u8>(), 0..200), tcp: bool) {
            if bytes.len() > 34 {
                bytes[12..14].copy_from_slice(&[8, 0]);
                bytes[14] = 0x45;
                bytes[23] = if tcp { 6 } else { 17 };
            }
            let _ = classify(&bytes);
            seal_tcp(&mut bytes, |tcp| tcp.set_window_len(1));
        }
    }
}
