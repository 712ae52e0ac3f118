//! Events of any values, for properties.

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};

use proptest::prelude::*;
use proptest::test_runner::TestRng;
use serde_json::Value;

use super::{
    CloseHow, CloudEvent, ConnEvent, ConnId, DeviceEvent, Direction, Event, NetworkEvent, Party,
    PathCondition, Protocol, Resources, RunEvent, Service, StepResult,
};
use crate::{Body, HexBytes, Time, Utc};

/// A value at random.
pub(crate) trait Draw {
    /// Any value that a trace can hold.
    fn draw(rng: &mut TestRng) -> Self;
}

/// Any event, each kind as often as every other.
pub(crate) fn any_event() -> impl Strategy<Value = Event> {
    let sources =
        [RunEvent::DRAWS.len(), DeviceEvent::DRAWS.len(), NetworkEvent::DRAWS.len(), ConnEvent::DRAWS.len()];
    (0..sources.iter().sum::<usize>() + CloudEvent::DRAWS.len()).prop_perturb(move |kind, mut rng| {
        let mut rest = kind;
        let rng = &mut rng;
        for (source, kinds) in sources.into_iter().enumerate() {
            if rest < kinds {
                return match source {
                    0 => RunEvent::DRAWS[rest](rng).into(),
                    1 => DeviceEvent::DRAWS[rest](rng).into(),
                    2 => NetworkEvent::DRAWS[rest](rng).into(),
                    _ => ConnEvent::DRAWS[rest](rng).into(),
                };
            }
            rest -= kinds;
        }
        CloudEvent::DRAWS[rest](rng).into()
    })
}

macro_rules! draw_bits {
    ($($Number:ty),*) => {
        $( impl Draw for $Number {
            /// Small numbers and the ends of the range come up often.
            fn draw(rng: &mut TestRng) -> Self {
                match rng.next_u32() % 4 {
                    0 => Self::MAX,
                    1 => Self::MIN,
                    2 => (rng.next_u32() % 100) as Self,
                    _ => rng.next_u64() as Self,
                }
            }
        } )*
    };
}

draw_bits!(u8, u16, u32, u64, i32, i64);

macro_rules! draw_one_of {
    ($($Enum:ident { $($Variant:ident),* })*) => {
        $( impl Draw for $Enum {
            fn draw(rng: &mut TestRng) -> Self {
                let all = [$( $Enum::$Variant ),*];
                all[rng.next_u32() as usize % all.len()]
            }
        } )*
    };
}

draw_one_of! {
    StepResult { Passed, Failed, NotApplicable, Error }
    Direction { FromDevice, ToDevice }
    Service { Dhcp, Dns, Ntp, Udp }
    Protocol { Mqtt, Http, WebSocket, SignalR, Amqp, Dns, Raw }
    Party { Device, Server, Network }
    CloseHow { Orderly, Fin, Reset, Timeout, Violation }
}

impl Draw for bool {
    fn draw(rng: &mut TestRng) -> Self {
        rng.next_u32().is_multiple_of(2)
    }
}

impl Draw for f64 {
    fn draw(rng: &mut TestRng) -> Self {
        f64::from(rng.next_u32()) / f64::from(u32::draw(rng).max(1))
    }
}

impl Draw for String {
    fn draw(rng: &mut TestRng) -> Self {
        const CHARACTERS: [char; 14] =
            ['a', 'Z', '0', ' ', '"', '\\', '/', '\n', '\r', '\0', '\u{7f}', 'é', '\u{2028}', '\u{1f40c}'];
        (0..rng.next_u32() % 12).map(|_| CHARACTERS[rng.next_u32() as usize % CHARACTERS.len()]).collect()
    }
}

impl<T: Draw> Draw for Option<T> {
    fn draw(rng: &mut TestRng) -> Self {
        bool::draw(rng).then(|| T::draw(rng))
    }
}

impl<T: Draw> Draw for Vec<T> {
    fn draw(rng: &mut TestRng) -> Self {
        (0..rng.next_u32() % 4).map(|_| T::draw(rng)).collect()
    }
}

impl Draw for Value {
    fn draw(rng: &mut TestRng) -> Self {
        match rng.next_u32() % 10 {
            0 => Self::Null,
            1 => bool::draw(rng).into(),
            2 => i64::draw(rng).into(),
            3 => u64::draw(rng).into(),
            4 => f64::draw(rng).into(),
            5 | 6 => String::draw(rng).into(),
            7 => Vec::<Self>::draw(rng).into(),
            _ => Self::Object(Vec::<(String, Self)>::draw(rng).into_iter().collect()),
        }
    }
}

impl<A: Draw, B: Draw> Draw for (A, B) {
    fn draw(rng: &mut TestRng) -> Self {
        (A::draw(rng), B::draw(rng))
    }
}

impl Draw for Body {
    fn draw(rng: &mut TestRng) -> Self {
        Self(Value::draw(rng))
    }
}

impl Draw for HexBytes {
    fn draw(rng: &mut TestRng) -> Self {
        let bytes: Vec<u8> = (0..rng.next_u32() % 20).map(|_| rng.next_u32() as u8).collect();
        bytes.into()
    }
}

impl Draw for Ipv4Addr {
    fn draw(rng: &mut TestRng) -> Self {
        Self::from_bits(rng.next_u32())
    }
}

impl Draw for SocketAddrV4 {
    fn draw(rng: &mut TestRng) -> Self {
        Self::new(Ipv4Addr::draw(rng), u16::draw(rng))
    }
}

impl Draw for SocketAddr {
    fn draw(rng: &mut TestRng) -> Self {
        Self::V4(SocketAddrV4::draw(rng))
    }
}

impl Draw for ConnId {
    fn draw(rng: &mut TestRng) -> Self {
        Self(u32::draw(rng))
    }
}

impl Draw for Time {
    fn draw(rng: &mut TestRng) -> Self {
        Self::from_micros(u64::draw(rng))
    }
}

impl Draw for Utc {
    fn draw(rng: &mut TestRng) -> Self {
        Self::from_unix_micros(i64::draw(rng))
    }
}

/// Every field is a number, so that new ones are drawn too: they are listed by what serde writes.
impl Draw for Resources {
    fn draw(rng: &mut TestRng) -> Self {
        numbers(&Self::default(), rng)
    }
}

impl Draw for PathCondition {
    fn draw(rng: &mut TestRng) -> Self {
        let share = |rng: &mut TestRng| f64::from(rng.next_u32() % 1_001) / 1_000.0;
        Self {
            loss: share(rng),
            duplicate: share(rng),
            corrupt: share(rng),
            reorder: share(rng),
            bandwidth: Draw::draw(rng),
            mtu: Draw::draw(rng),
            ..numbers(&Self::default(), rng)
        }
    }
}

/// `like` with other numbers in the place of its integers.
fn numbers<T: serde::Serialize + serde::de::DeserializeOwned>(like: &T, rng: &mut TestRng) -> T {
    let mut value = serde_json::to_value(like).expect("it is a struct of numbers");
    for number in value.as_object_mut().expect("it is a struct").values_mut().filter(|value| value.is_u64()) {
        *number = Value::from(rng.next_u32() & 0xffff);
    }
    serde_json::from_value(value).expect("it still is one")
}
