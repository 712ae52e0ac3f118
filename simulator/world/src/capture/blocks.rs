//! The pcapng blocks that a capture consists of (draft-ietf-opsawg-pcapng-05), little endian.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use nanorig_trace::event::Direction;

const SECTION_HEADER: u32 = 0x0A0D_0D0A;
const INTERFACE_DESCRIPTION: u32 = 1;
const NAME_RESOLUTION: u32 = 4;
const ENHANCED_PACKET: u32 = 6;
const DECRYPTION_SECRETS: u32 = 10;

/// One captured frame as its block needs it.
pub(super) struct Packet<'a> {
    pub(super) interface: u32,
    pub(super) nanos: u64,
    pub(super) direction: Direction,
    pub(super) bytes: &'a [u8],
    pub(super) comment: Option<&'a str>,
}

/// Section header (4.1) with the application's name, without hardware and operating system.
pub(super) fn section_header(out: &mut Vec<u8>) {
    block(out, SECTION_HEADER, |out| {
        out.extend(0x1A2B_3C4Du32.to_le_bytes());
        out.extend(1u16.to_le_bytes());
        out.extend(0u16.to_le_bytes());
        out.extend(u64::MAX.to_le_bytes()); // Section length not given.
        option(out, 4, b"nanorig"); // shb_userappl
        end_of_options(out);
    });
}

/// Interface description (4.2): Ethernet, nanoseconds.
pub(super) fn interface(out: &mut Vec<u8>, name: &str) {
    block(out, INTERFACE_DESCRIPTION, |out| {
        out.extend(1u16.to_le_bytes()); // LINKTYPE_ETHERNET
        out.extend(0u16.to_le_bytes());
        out.extend(0u32.to_le_bytes()); // No snap length.
        option(out, 2, name.as_bytes()); // if_name
        option(out, 9, &[9]); // if_tsresol: 10^-9
        end_of_options(out);
    });
}

/// Name resolution (4.5).
pub(super) fn names(out: &mut Vec<u8>, names: &BTreeMap<Ipv4Addr, Vec<String>>) {
    block(out, NAME_RESOLUTION, |out| {
        for (ip, hosts) in names {
            let mut record = ip.octets().to_vec();
            for host in hosts {
                record.extend(host.as_bytes());
                record.push(0);
            }
            option(out, 1, &record); // nrb_record_ipv4: records are laid out like options.
        }
        end_of_options(out); // nrb_record_end
    });
}

/// Decryption secrets (4.7) of type TLS key log.
pub(super) fn tls_secrets(out: &mut Vec<u8>, lines: &[u8]) {
    block(out, DECRYPTION_SECRETS, |out| {
        out.extend(0x544C_534Bu32.to_le_bytes());
        out.extend(length(lines).to_le_bytes());
        out.extend(lines);
        pad(out);
    });
}

/// Enhanced packet (4.3) with its direction as the device sees it.
pub(super) fn packet(out: &mut Vec<u8>, packet: &Packet<'_>) {
    block(out, ENHANCED_PACKET, |out| {
        out.extend(packet.interface.to_le_bytes());
        out.extend(((packet.nanos >> 32) as u32).to_le_bytes());
        out.extend((packet.nanos as u32).to_le_bytes());
        out.extend(length(packet.bytes).to_le_bytes());
        out.extend(length(packet.bytes).to_le_bytes());
        out.extend(packet.bytes);
        pad(out);
        let flags: u32 = match packet.direction {
            Direction::ToDevice => 1,   // Inbound.
            Direction::FromDevice => 2, // Outbound.
        };
        option(out, 2, &flags.to_le_bytes()); // epb_flags
        if let Some(comment) = packet.comment {
            option(out, 1, comment.as_bytes()); // opt_comment
        }
        end_of_options(out);
    });
}

/// Wraps what `body` writes into type and both lengths. Bodies are whole 32-bit words,
/// and blocks begin on them because every block before does.
fn block(out: &mut Vec<u8>, kind: u32, body: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.extend(kind.to_le_bytes());
    out.extend([0; 4]);
    body(out);
    let total = (length(&out[start..]) + 4).to_le_bytes();
    out[start + 4..start + 8].copy_from_slice(&total);
    out.extend(total);
}

/// An option (3.5); what is longer than its 16-bit length is cut.
fn option(out: &mut Vec<u8>, code: u16, value: &[u8]) {
    let value = &value[..value.len().min(usize::from(u16::MAX))];
    out.extend(code.to_le_bytes());
    out.extend((value.len() as u16).to_le_bytes());
    out.extend(value);
    pad(out);
}

fn end_of_options(out: &mut Vec<u8>) {
    out.extend([0; 4]);
}

/// Fills up to a 32-bit boundary.
fn pad(out: &mut Vec<u8>) {
    out.resize(out.len().next_multiple_of(4), 0);
}

fn length(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).expect("a block holds far less than 4 GiB")
}
