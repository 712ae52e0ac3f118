//! Every state meets every event.

use super::*;

/// A step of the grid: its name and what it does.
type Step = (&'static str, fn(&mut Session));

#[test]
fn every_state_meets_every_event() {
    let states: [Step; 4] = [
        ("idle", |_| ()),
        ("connecting", |session| session.connect(Time::ZERO, &options(false)).unwrap()),
        ("connected", |session| {
            session.connect(Time::ZERO, &options(false)).unwrap();
            sent(session, Time::ZERO);
            session.receive(Time::ZERO, &CONNACK);
        }),
        ("closing", |session| {
            session.connect(Time::ZERO, &options(false)).unwrap();
            session.disconnect();
        }),
    ];
    let steps: [Step; 10] = [
        ("connack-0", |session| session.receive(at(1), &CONNACK)),
        ("connack-5", |session| session.receive(at(1), &[0x20, 0x02, 0x00, 0x05])),
        ("publish", |session| session.receive(at(1), b"\x30\x04\x00\x01ax")),
        ("puback", |session| session.receive(at(1), &[0x40, 0x02, 0x00, 0x07])),
        ("pingresp", |session| session.receive(at(1), &[0xd0, 0x00])),
        ("malformed", |session| session.receive(at(1), &[0x00, 0x00])),
        ("client-packet", |session| session.receive(at(1), &[0xc0, 0x00])),
        ("timeout", |session| session.handle_timeout(at(30))),
        ("disconnect", Session::disconnect),
        ("transport-closed", Session::transport_closed),
    ];
    let mut grid = String::new();
    for (state, enter) in states {
        for (step, act) in steps {
            let mut session = session(|_| ());
            enter(&mut session);
            events(&mut session);
            act(&mut session);
            let closed = events(&mut session).into_iter().find_map(|event| match event {
                SessionEvent::Closed { reason } => Some(format!("{reason:?}")),
                _ => None,
            });
            let closed = closed.map(|reason| reason.split([' ', '(']).next().unwrap_or("").to_owned());
            let next = format!("{:?}", session.state()).to_lowercase();
            grid.push_str(&format!("{state} {step}: {next} {}\n", closed.unwrap_or_default()));
        }
    }
    let grid = grid.replace(" \n", "\n");
    assert_eq!(
        grid.trim(),
        "\
idle connack-0: idle
idle connack-5: idle
idle publish: idle
idle puback: idle
idle pingresp: idle
idle malformed: idle
idle client-packet: idle
idle timeout: idle
idle disconnect: idle
idle transport-closed: idle
connecting connack-0: connected
connecting connack-5: closing Refused
connecting publish: closing Protocol
connecting puback: closing Protocol
connecting pingresp: closing Protocol
connecting malformed: closing Protocol
connecting client-packet: closing Protocol
connecting timeout: closing ConnAckTimeout
connecting disconnect: closing Requested
connecting transport-closed: idle Lost
connected connack-0: closing Protocol
connected connack-5: closing Protocol
connected publish: connected
connected puback: connected
connected pingresp: connected
connected malformed: closing Protocol
connected client-packet: closing Protocol
connected timeout: connected
connected disconnect: closing Requested
connected transport-closed: idle Lost
closing connack-0: closing
closing connack-5: closing
closing publish: closing
closing puback: closing
closing pingresp: closing
closing malformed: closing
closing client-packet: closing
closing timeout: closing
closing disconnect: closing
closing transport-closed: idle"
    );
}
