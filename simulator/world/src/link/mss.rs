//! Clamps the maximum segment size that a SYN offers to what the path carries, as home routers do.
//!
//! Without it a path with a small MTU that drops ICMP would be a black hole for full segments
//! (that is what the fault `mtu-black-hole` is for).

use super::frame::{ETHERNET, Payload, classify, seal_tcp};

/// IPv4 and TCP headers without options.
const HEADERS: u16 = 40;

/// Lowers the MSS option of a SYN so that its peer's packets fit into `mtu`. True when it changed the frame.
pub(super) fn clamp(frame: &mut [u8], mtu: u16) -> bool {
    let most = mtu.saturating_sub(HEADERS);
    if !may_be_syn(frame) || !matches!(classify(frame), Payload::Tcp(_)) {
        return false;
    }
    let mut changed = false;
    seal_tcp(frame, |tcp| changed = clamp_option(tcp.options_mut(), most));
    changed
}

/// A cheap look that spares all other frames the checksum.
fn may_be_syn(frame: &[u8]) -> bool {
    let Some(&first) = frame.get(ETHERNET) else { return false };
    let flags = ETHERNET + usize::from(first & 0x0F) * 4 + 13;
    frame[12..14] == [8, 0]
        && frame.get(ETHERNET + 9) == Some(&6)
        && frame.get(flags).is_some_and(|f| f & 2 != 0)
}

/// Walks the options (RFC 9293 3.1) by hand: smoltcp reads them but does not change them.
fn clamp_option(options: &mut [u8], most: u16) -> bool {
    let mut at = 0;
    while at < options.len() {
        match options[at] {
            0 => return false,
            1 => at += 1,
            2 if options.len() >= at + 4 => {
                let offered = u16::from_be_bytes([options[at + 2], options[at + 3]]);
                options[at + 2..at + 4].copy_from_slice(&offered.min(most).to_be_bytes());
                return offered > most;
            }
            _ => match options.get(at + 1) {
                Some(&length) if length >= 2 => at += usize::from(length),
                _ => return false,
            },
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_option_is_found_behind_others_and_never_raised() {
        let mut options = [1, 1, 3, 3, 7, 2, 4, 0x05, 0xB4];
        assert!(clamp_option(&mut options, 536));
        assert_eq!(options, [1, 1, 3, 3, 7, 2, 4, 0x02, 0x18]);
        assert!(!clamp_option(&mut options, 537), "a smaller offer stays");
        assert_eq!(options[7..], [0x02, 0x18]);
        assert!(!clamp_option(&mut [0, 2, 4, 0x05, 0xB4], 536), "nothing counts after the end of the list");
    }

    proptest! {
        #[test]
        fn arbitrary_options_never_panic(mut options in proptest::collection::vec(any::<u8>(), 0..41)) {
            clamp_option(&mut options, 536);
        }
    }
}
