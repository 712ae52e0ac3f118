//! Session tickets of a server, without encryption: the ticket is a number, the server keeps
//! the session.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustls::server::ProducesTickets;

use crate::Stream;

/// Bytes of a ticket.
const TICKET: usize = 32;
/// Sessions that are kept; the oldest is forgotten for one more.
const SESSIONS: usize = 4_096;

/// Gives out session tickets (RFC 5077, RFC 8446 4.6.1) that follow from a seed, and can forget them
/// all, as a server does that was restarted. Clones share their sessions.
///
/// ring's own ticketer draws keys from the operating system and would change the bytes of each run.
#[derive(Clone)]
pub struct Tickets(Arc<Inner>);

struct Inner {
    stream: Stream,
    lifetime_secs: u32,
    sessions: Mutex<Sessions>,
}

#[derive(Default)]
struct Sessions {
    by_ticket: BTreeMap<[u8; TICKET], Session>,
    /// Number of the next session.
    next: u64,
}

struct Session {
    number: u64,
    state: Vec<u8>,
}

impl Tickets {
    /// A source of tickets that tells clients to keep them for `lifetime_secs` seconds. RFC 8446 4.6.1
    /// allows a week.
    #[must_use]
    pub fn new(stream: &Stream, lifetime_secs: u32) -> Self {
        Self(Arc::new(Inner { stream: stream.clone(), lifetime_secs, sessions: Mutex::default() }))
    }

    /// Forgets every session: tickets given out before are refused.
    pub fn forget(&self) {
        self.lock().by_ticket.clear();
    }

    /// Number of sessions that could be resumed.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lock().by_ticket.len()
    }

    /// True when no session could be resumed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A panic elsewhere cannot leave the map half-written.
    fn lock(&self) -> MutexGuard<'_, Sessions> {
        self.0.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ProducesTickets for Tickets {
    fn enabled(&self) -> bool {
        true
    }

    fn lifetime(&self) -> u32 {
        self.0.lifetime_secs
    }

    fn encrypt(&self, plain: &[u8]) -> Option<Vec<u8>> {
        let mut ticket = [0; TICKET];
        self.0.stream.fill(&mut ticket);
        let mut sessions = self.lock();
        if sessions.by_ticket.len() >= SESSIONS {
            let oldest = sessions.by_ticket.iter().min_by_key(|(_, session)| session.number);
            if let Some(oldest) = oldest.map(|(ticket, _)| *ticket) {
                sessions.by_ticket.remove(&oldest);
            }
        }
        let number = sessions.next;
        sessions.next += 1;
        sessions.by_ticket.insert(ticket, Session { number, state: plain.to_vec() });
        Some(ticket.to_vec())
    }

    fn decrypt(&self, ticket: &[u8]) -> Option<Vec<u8>> {
        let ticket: [u8; TICKET] = ticket.try_into().ok()?;
        self.lock().by_ticket.get(&ticket).map(|session| session.state.clone())
    }
}

/// Shows no ticket: it opens a session.
impl fmt::Debug for Tickets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tickets").field("sessions", &self.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Random;

    #[test]
    fn a_ticket_opens_its_session_until_it_is_forgotten() {
        let tickets = Tickets::new(&Random::new(1).stream("tickets"), 3_600);
        let one = tickets.encrypt(b"one").unwrap();
        let two = tickets.encrypt(b"two").unwrap();
        assert_eq!(tickets.decrypt(&one).as_deref(), Some(&b"one"[..]));
        assert_eq!(tickets.decrypt(&two).as_deref(), Some(&b"two"[..]));
        assert_eq!(tickets.decrypt(b"nonsense"), None);
        tickets.forget();
        assert_eq!(tickets.decrypt(&one), None);
        let again = Tickets::new(&Random::new(1).stream("tickets"), 3_600);
        assert_eq!(again.encrypt(b"other"), Some(one), "tickets follow from the seed");
    }

    #[test]
    fn the_oldest_session_makes_room() {
        let tickets = Tickets::new(&Random::new(1).stream("tickets"), 3_600);
        let given: Vec<_> = (0..=SESSIONS).map(|_| tickets.encrypt(b"x").unwrap()).collect();
        assert_eq!(tickets.len(), SESSIONS);
        assert_eq!(tickets.decrypt(&given[0]), None);
        assert!(tickets.decrypt(&given[1]).is_some());
        assert!(tickets.decrypt(&given[SESSIONS]).is_some());
    }
}
