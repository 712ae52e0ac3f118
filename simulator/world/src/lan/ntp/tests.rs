use std::net::Ipv4Addr;

use nanorig_trace::{Time, Utc};

use super::*;

const NOW: Utc = Utc::from_unix_secs(1_772_366_400);

fn ask(server: &mut NtpServer) -> Option<(Packet, Duration)> {
    ask_as(server, Mode::CLIENT)
}

fn ask_as(server: &mut NtpServer, mode: Mode) -> Option<(Packet, Duration)> {
    let request = Packet { mode, ..Packet::request(Timestamp(0x1234_5678_9ABC_DEF0)) };
    let address = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 123);
    let replies = server.handle(&Datagram {
        now: Time::ZERO,
        utc: NOW,
        device: address,
        server: address,
        payload: &request.encode(),
    });
    let reply = replies.into_iter().next()?;
    Some((Packet::decode(&reply.payload).unwrap(), reply.after))
}

#[test]
fn a_good_answer_tells_the_servers_time_and_travels_for_the_delay() {
    let mut server = NtpServer::new();
    server.set_offset(-1_500_000);
    server.set_delay(Duration::from_secs(60));
    let (packet, after) = ask(&mut server).unwrap();
    assert_eq!(packet.transmit.unix_micros(), NOW.unix_micros() - 1_500_000);
    assert_eq!(packet.receive, packet.transmit);
    assert_eq!(packet.origin, Timestamp(0x1234_5678_9ABC_DEF0));
    assert_eq!((packet.mode, packet.stratum, packet.leap), (Mode::SERVER, 2, Leap::None));
    assert_eq!(after, Duration::from_secs(60));
}

#[test]
fn what_must_be_refused_is_a_day_ahead_and_wrong_in_one_point_more() {
    let mut server = NtpServer::new();
    server.set_offset(86_400_000_000);
    let (ahead, _) = ask(&mut server).unwrap();
    server.set_offset(0);
    let expected = |change: fn(&mut Packet)| {
        let mut packet = ahead;
        change(&mut packet);
        packet
    };
    let cases = [
        (NtpAnswer::BadOrigin, expected(|p| p.origin = Timestamp(0x1234_5778_9ABC_DEF1))),
        (NtpAnswer::WrongMode, expected(|p| p.mode = Mode::BROADCAST)),
        (NtpAnswer::StratumZero, expected(|p| (p.stratum, p.reference_id) = (0, [0; 4]))),
        (NtpAnswer::StratumSixteen, expected(|p| p.stratum = 16)),
        (NtpAnswer::Unsynchronized, expected(|p| p.leap = Leap::Unsynchronised)),
        (NtpAnswer::ZeroTransmit, expected(|p| p.transmit = Timestamp::ZERO)),
    ];
    for (answer, packet) in cases {
        server.set_answer(answer);
        assert_eq!(ask(&mut server).unwrap().0, packet, "{answer:?}");
    }
}

#[test]
fn kisses_lies_silence_and_the_queue() {
    let mut server = NtpServer::new();
    server.queue(&[
        NtpAnswer::KissDeny,
        NtpAnswer::KissRestrict,
        NtpAnswer::KissRate,
        NtpAnswer::Silence,
        NtpAnswer::Lie { seconds: 31_536_000 },
    ]);
    for code in [KissCode::Deny, KissCode::Restrict, KissCode::Rate] {
        assert_eq!(ask(&mut server).unwrap().0.kiss_code(), Some(code));
    }
    assert_eq!(ask(&mut server), None);
    let lie = ask(&mut server).unwrap().0.transmit.unix_micros();
    assert_eq!(lie - NOW.unix_micros(), 31_536_000_000_000, "a year");
    assert_eq!(ask(&mut server).unwrap().0.transmit.unix_micros(), NOW.unix_micros(), "then the truth");
    assert_eq!(ask_as(&mut server, Mode::SERVER), None, "only clients are answered");
}
