//! Work-arounds: the ACK ratchet and the duplicate-ACK filter (docs/simulation.md 4).
//!
//! *Ratchet*: smoltcp 0.14 throws away the text of a segment whose acknowledgement number is older than
//! one it has seen (smoltcp-rs/smoltcp#12), where RFC 9293 3.10.7.4 ignores the old number only. So a
//! late segment with text or FIN gets the highest acknowledgement number, and its window, that were
//! already handed to the stack in that direction. Late pure ACKs stay as they are: smoltcp ignores
//! them, and raised they would count as duplicates.
//!
//! The window is ratcheted with the number. A pure ACK with a window that was larger before is swallowed:
//! if the late window is zero and the retransmission timer fires, smoltcp has no timer left and hangs.
//!
//! *Duplicate-ACK filter*: the third identical pure ACK arms fast retransmit in smoltcp, and when that
//! fires while nothing can be sent the retransmission timer is lost for good. From the third on they
//! are swallowed; the retransmission timer then does the work. A FIN without text counts as a
//! duplicate too and cannot be swallowed: its window is made one byte smaller, which makes it an update.

use std::net::SocketAddrV4;

use nanorig_trace::Time;
use smoltcp::wire::TcpSeqNumber;

use super::frame::{TcpSegment, seal_tcp};

/// Flows after which unused ones are evicted.
const CROWDED: usize = 32;
/// A frame is late by the link's delay at most, so a flow unused for longer cannot need its entry.
const UNUSED_US: u64 = 60_000_000;
/// An older number than this is a frame of another life of the four-tuple, not a late one.
const RESYNC: i32 = 1 << 20;

/// What becomes of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Goes to the stack, perhaps raised.
    Deliver,
    /// Says nothing that the stack may act on.
    Swallow,
    /// Is the third identical pure ACK or a later one: to be swallowed while something is in flight. When
    /// nothing is, the stack counts no duplicates, and it may be the answer to a probe.
    Duplicate,
}

/// The newest acknowledgements handed to one stack, by flow. There are few flows on a
/// device, so a list beats a map.
#[derive(Default)]
pub(crate) struct Ratchet {
    flows: Vec<Flow>,
}

struct Flow {
    source: SocketAddrV4,
    destination: SocketAddrV4,
    ack: u32,
    window: u16,
    duplicates: u8,
    used: Time,
}

impl Ratchet {
    /// Looks at a segment that `classify` found in `frame`, before the stack does.
    pub(crate) fn pass(&mut self, now: Time, segment: &TcpSegment, frame: &mut [u8]) -> Verdict {
        let flags = segment.flags;
        let known = self
            .flows
            .iter()
            .position(|flow| flow.source == segment.source && flow.destination == segment.destination);
        if flags.syn || flags.rst || !flags.ack {
            if let Some(index) = known {
                self.flows.swap_remove(index); // A new life of the four-tuple, or its end.
            }
            return Verdict::Deliver;
        }
        let Some(index) = known else {
            if self.flows.len() >= CROWDED {
                self.flows.retain(|flow| now.as_micros().saturating_sub(flow.used.as_micros()) < UNUSED_US);
            }
            self.flows.push(Flow::new(now, segment));
            return Verdict::Deliver;
        };
        self.flows[index].pass(now, segment, frame)
    }

    /// Forgets every flow: the stack was restarted.
    pub(crate) fn clear(&mut self) {
        self.flows.clear();
    }
}

impl Flow {
    const fn new(now: Time, segment: &TcpSegment) -> Self {
        Self {
            source: segment.source,
            destination: segment.destination,
            ack: segment.ack,
            window: segment.window,
            duplicates: 0,
            used: now,
        }
    }

    fn pass(&mut self, now: Time, segment: &TcpSegment, frame: &mut [u8]) -> Verdict {
        self.used = now;
        let acks = segment.ack.wrapping_sub(self.ack).cast_signed();
        if !(-RESYNC..=0).contains(&acks) {
            *self = Self::new(now, segment);
            return Verdict::Deliver;
        }
        // With an unchanged number a window only grows: a smaller one is of an earlier time.
        let late = acks < 0 || segment.window < self.window;
        if segment.text_bytes > 0 {
            // It does not end a row of duplicates: the stack may refuse it as old text.
            if late {
                self.raise(frame);
            } else if segment.window > self.window {
                self.window = segment.window;
                self.duplicates = 0;
            }
            return Verdict::Deliver;
        }
        match segment.flags.fin {
            true => self.pass_fin(segment, late, frame),
            false if acks < 0 => Verdict::Deliver, // A late pure ACK, which the stack ignores.
            false if late => Verdict::Swallow,
            false => self.pass_pure_ack(segment),
        }
    }

    fn pass_pure_ack(&mut self, segment: &TcpSegment) -> Verdict {
        if segment.window > self.window {
            self.window = segment.window;
            self.duplicates = 0;
            return Verdict::Deliver;
        }
        self.duplicates = self.duplicates.saturating_add(1);
        if self.duplicates < 3 { Verdict::Deliver } else { Verdict::Duplicate }
    }

    /// A FIN without text: the stack counts it as a duplicate ACK too, unless the window changes.
    fn pass_fin(&mut self, segment: &TcpSegment, late: bool, frame: &mut [u8]) -> Verdict {
        if !late && segment.window > self.window {
            self.window = segment.window;
            self.duplicates = 0;
            return Verdict::Deliver;
        }
        self.duplicates = self.duplicates.saturating_add(1);
        if self.duplicates >= 3 && self.window > 0 {
            // It must get through. With a window one byte smaller it is no duplicate.
            self.window -= 1;
            self.duplicates = 0;
            self.raise(frame);
        } else if late {
            self.raise(frame);
        }
        Verdict::Deliver
    }

    /// Gives a segment the newest number and its window. The two belong together: smoltcp takes any window,
    /// and an old one combined with a new number would overstep the receiver.
    fn raise(&self, frame: &mut [u8]) {
        let (ack, window) = (TcpSeqNumber(self.ack.cast_signed()), self.window);
        seal_tcp(frame, |tcp| {
            tcp.set_ack_number(ack);
            tcp.set_window_len(window);
        });
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use smoltcp::phy::ChecksumCapabilities;
    use smoltcp::wire::{
        EthernetFrame, EthernetProtocol, IpProtocol, Ipv4Packet, Ipv4Repr, TcpControl, TcpPacket, TcpRepr,
    };

    use super::*;
    use crate::link::{Payload, classify};

    /// A segment from 10.0.0.1:1 to 10.0.0.2:2.
    fn frame(control: TcpControl, seq: i32, ack: Option<i32>, window: u16, text: &[u8]) -> Vec<u8> {
        let (from, to) = (Ipv4Addr::new(10, 0, 0, 1), Ipv4Addr::new(10, 0, 0, 2));
        let tcp = TcpRepr {
            src_port: 1,
            dst_port: 2,
            control,
            seq_number: TcpSeqNumber(seq),
            ack_number: ack.map(TcpSeqNumber),
            window_len: window,
            window_scale: None,
            max_seg_size: None,
            sack_permitted: false,
            sack_ranges: [None; 3],
            timestamp: None,
            payload: text,
        };
        let ip = Ipv4Repr {
            src_addr: from,
            dst_addr: to,
            next_header: IpProtocol::Tcp,
            payload_len: tcp.buffer_len(),
            hop_limit: 64,
        };
        let mut bytes = vec![0; 14 + 20 + tcp.buffer_len()];
        let mut ethernet = EthernetFrame::new_unchecked(&mut bytes);
        ethernet.set_ethertype(EthernetProtocol::Ipv4);
        let mut packet = Ipv4Packet::new_unchecked(ethernet.payload_mut());
        let checksums = ChecksumCapabilities::default();
        ip.emit(&mut packet, &checksums);
        tcp.emit(&mut TcpPacket::new_unchecked(packet.payload_mut()), &from.into(), &to.into(), &checksums);
        bytes
    }

    /// The acknowledgement number and window that the stack gets to see; none when swallowed.
    fn seen(ratchet: &mut Ratchet, mut frame: Vec<u8>) -> Option<(u32, u16)> {
        let Payload::Tcp(segment) = classify(&frame) else { panic!("not TCP") };
        let verdict = ratchet.pass(Time::ZERO, &segment, &mut frame);
        let Payload::Tcp(after) = classify(&frame) else { panic!("checksum broken") };
        (verdict == Verdict::Deliver).then_some((after.ack, after.window))
    }

    #[test]
    fn late_text_and_fin_are_raised_with_their_window_and_late_acks_are_not() {
        let mut ratchet = Ratchet::default();
        let r = &mut ratchet;
        assert_eq!(seen(r, frame(TcpControl::None, 100, Some(50), 9, b"ab")), Some((50, 9)));
        assert_eq!(seen(r, frame(TcpControl::None, 104, Some(70), 5, b"")), Some((70, 5)));
        assert_eq!(seen(r, frame(TcpControl::Psh, 102, Some(60), 8, b"cd")), Some((70, 5)), "text is raised");
        assert_eq!(seen(r, frame(TcpControl::Fin, 104, Some(60), 8, b"")), Some((70, 5)), "FIN is raised");
        assert_eq!(seen(r, frame(TcpControl::None, 104, Some(60), 8, b"")), Some((60, 8)), "pure ACK is not");
    }

    #[test]
    fn numbers_wrap() {
        let mut ratchet = Ratchet::default();
        let r = &mut ratchet;
        assert_eq!(seen(r, frame(TcpControl::None, 0, Some(-10), 9, b"")), Some((u32::MAX - 9, 9)));
        assert_eq!(seen(r, frame(TcpControl::None, 0, Some(5), 9, b"")), Some((5, 9)));
        assert_eq!(seen(r, frame(TcpControl::None, 0, Some(-10), 9, b"x")), Some((5, 9)));
    }

    #[test]
    fn another_life_of_the_four_tuple_starts_afresh() {
        let mut ratchet = Ratchet::default();
        let r = &mut ratchet;
        seen(r, frame(TcpControl::None, 0, Some(1_000), 9, b""));
        seen(r, frame(TcpControl::Syn, 0, None, 9, b""));
        assert_eq!(seen(r, frame(TcpControl::None, 1, Some(500), 9, b"x")), Some((500, 9)), "after SYN");
        seen(r, frame(TcpControl::None, 0, Some(1_000 + RESYNC), 9, b""));
        assert_eq!(seen(r, frame(TcpControl::None, 1, Some(999), 9, b"x")), Some((999, 9)), "jump back");
        seen(r, frame(TcpControl::None, 0, Some(999 + RESYNC), 9, b""));
        let raised = Some((999 + (1 << 20), 9));
        assert_eq!(seen(r, frame(TcpControl::None, 1, Some(999), 9, b"x")), raised, "just inside the limit");
    }

    #[test]
    fn a_fin_counts_as_duplicate_and_gets_through_as_a_window_update() {
        let mut ratchet = Ratchet::default();
        let r = &mut ratchet;
        for expected in [Some((50, 9)), Some((50, 9)), Some((50, 9))] {
            assert_eq!(seen(r, frame(TcpControl::None, 8, Some(50), 9, b"")), expected);
        }
        assert_eq!(seen(r, frame(TcpControl::Fin, 7, Some(50), 9, b"")), Some((50, 8)));
        assert_eq!(seen(r, frame(TcpControl::None, 8, Some(50), 9, b"")), Some((50, 9)), "back again");
        assert_eq!(seen(r, frame(TcpControl::Fin, 7, Some(40), 9, b"")), Some((50, 9)), "raised");
    }

    #[test]
    fn an_old_window_does_not_come_back() {
        let mut ratchet = Ratchet::default();
        let r = &mut ratchet;
        seen(r, frame(TcpControl::None, 8, Some(50), 0, b""));
        assert_eq!(seen(r, frame(TcpControl::None, 8, Some(50), 9, b"")), Some((50, 9)), "an update");
        assert_eq!(seen(r, frame(TcpControl::None, 8, Some(50), 0, b"")), None, "of before the update");
        assert_eq!(seen(r, frame(TcpControl::None, 8, Some(50), 0, b"x")), Some((50, 9)), "text is raised");
        assert_eq!(seen(r, frame(TcpControl::Fin, 9, Some(50), 0, b"")), Some((50, 9)), "FIN is raised");
        assert_eq!(
            seen(r, frame(TcpControl::None, 8, Some(51), 0, b"")),
            Some((51, 0)),
            "a newer number counts"
        );
    }

    #[test]
    fn two_duplicates_pass_and_the_third_is_swallowed() {
        let mut ratchet = Ratchet::default();
        let r = &mut ratchet;
        let ack = || frame(TcpControl::None, 7, Some(50), 9, b"");
        let passed: Vec<bool> = (0..6).map(|_| seen(r, ack()).is_some()).collect();
        assert_eq!(passed, [true, true, true, false, false, false]);
        assert!(seen(r, frame(TcpControl::None, 7, Some(50), 10, b"")).is_some(), "a window update is new");
        assert!(seen(r, frame(TcpControl::None, 7, Some(51), 10, b"")).is_some());
    }
}
