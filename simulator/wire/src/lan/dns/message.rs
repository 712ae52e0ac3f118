//! Whole messages (RFC 1035 4.1).

use super::compression::{NameWriter, read_name};
use super::name::Name;
use super::record::{CLASS_IN, Record, RecordType};
use crate::octets::{DecodeError, Octets, Problem};

/// What a message asks for. Everything but standard queries is kept by its number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Opcode {
    /// A standard query, 0.
    #[default]
    Query,
    /// Another operation: its number, 1 to 15.
    Other(u8),
}

/// How a server answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Rcode {
    /// No error, 0.
    #[default]
    NoError,
    /// The query could not be read, 1.
    FormatError,
    /// The server failed, 2.
    ServFail,
    /// The name does not exist, 3.
    NxDomain,
    /// The operation is not implemented, 4.
    NotImplemented,
    /// The server refuses, 5.
    Refused,
    /// Another code: its number, 6 to 15.
    Other(u8),
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Question {
    /// Which name.
    pub name: Name,
    /// Which type.
    pub kind: RecordType,
    /// Which class.
    pub class: u16,
}

/// A query or a response.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// Identifier that matches a response to its query.
    pub id: u16,
    /// True for a response (QR).
    pub response: bool,
    /// What is asked for.
    pub opcode: Opcode,
    /// True when the server is an authority for the name (AA).
    pub authoritative: bool,
    /// True when the message was cut to fit its transport (TC).
    pub truncated: bool,
    /// True when the server shall ask others (RD).
    pub recursion_desired: bool,
    /// True when the server can ask others (RA).
    pub recursion_available: bool,
    /// True when the data was authenticated (AD, RFC 4035 3.2.3).
    pub authentic_data: bool,
    /// True when unauthenticated data is wanted too (CD, RFC 4035 3.2.2).
    pub checking_disabled: bool,
    /// How the server answered.
    pub rcode: Rcode,
    /// What is asked.
    pub questions: Vec<Question>,
    /// The answer section.
    pub answers: Vec<Record>,
    /// The authority section.
    pub authorities: Vec<Record>,
    /// The additional section.
    pub additionals: Vec<Record>,
}

impl Message {
    /// A recursive query for one name.
    #[must_use]
    pub fn query(id: u16, name: Name, kind: RecordType) -> Self {
        let question = Question { name, kind, class: CLASS_IN };
        Self { id, recursion_desired: true, questions: vec![question], ..Self::default() }
    }

    /// A response to `query` with its id, opcode, questions and RD, and no records.
    #[must_use]
    pub fn reply(query: &Self, rcode: Rcode) -> Self {
        Self {
            id: query.id,
            response: true,
            opcode: query.opcode,
            recursion_desired: query.recursion_desired,
            recursion_available: true,
            checking_disabled: query.checking_disabled,
            rcode,
            questions: query.questions.clone(),
            ..Self::default()
        }
    }

    /// The message's octets, names compressed.
    ///
    /// # Panics
    /// A section has more than 65535 records, or a record more than 65535 octets of data.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(512);
        let mut names = NameWriter::default();
        out.extend(self.id.to_be_bytes());
        out.extend(self.flags().to_be_bytes());
        for count in
            [self.questions.len(), self.answers.len(), self.authorities.len(), self.additionals.len()]
        {
            out.extend(u16::try_from(count).expect("a section has at most 65535 entries").to_be_bytes());
        }
        for question in &self.questions {
            names.write(&question.name, &mut out);
            out.extend(question.kind.0.to_be_bytes());
            out.extend(question.class.to_be_bytes());
        }
        for record in self.answers.iter().chain(&self.authorities).chain(&self.additionals) {
            record.write(&mut names, &mut out);
        }
        out
    }

    /// The message's octets cut to `limit`: records are left out from the end until the rest fits, and TC is
    /// set when an answer or an authority is missing (RFC 2181 9). Header and questions always stay.
    #[must_use]
    pub fn encode_within(&self, limit: usize) -> Vec<u8> {
        let mut cut = self.clone();
        loop {
            let octets = cut.encode();
            if octets.len() <= limit {
                return octets;
            }
            if cut.additionals.pop().is_some() {
                continue;
            }
            if cut.authorities.pop().is_none() && cut.answers.pop().is_none() {
                return octets;
            }
            cut.truncated = true;
        }
    }

    /// Reads a message.
    ///
    /// # Errors
    /// The first field that is not as RFC 1035 4.1 says.
    pub fn decode(message: &[u8]) -> Result<Self, DecodeError> {
        let mut octets = Octets::new(message, "RFC 1035 4.1.1");
        let id = octets.u16("ID")?;
        let flags_at = octets.offset();
        let flags = octets.u16("flags")?;
        if flags & 0x0040 != 0 {
            let problem = Problem::Value { found: 1, allowed: "0" };
            return Err(octets.error_at(flags_at, "Z", problem));
        }
        let counts =
            [octets.u16("QDCOUNT")?, octets.u16("ANCOUNT")?, octets.u16("NSCOUNT")?, octets.u16("ARCOUNT")?];
        let mut octets = octets.under("RFC 1035 4.1.2");
        // Vectors grow as records are read: a count is not a reason to reserve memory.
        let mut questions = Vec::new();
        for _ in 0..counts[0] {
            let name = read_name(message, &mut octets)?;
            let kind = RecordType(octets.u16("QTYPE")?);
            questions.push(Question { name, kind, class: octets.u16("QCLASS")? });
        }
        let mut octets = octets.under("RFC 1035 4.1.3");
        let mut section = |count: u16| -> Result<Vec<Record>, DecodeError> {
            (0..count).map(|_| Record::read(message, &mut octets)).collect()
        };
        let (answers, authorities, additionals) =
            (section(counts[1])?, section(counts[2])?, section(counts[3])?);
        octets.finish("message")?;
        let bit = |mask: u16| flags & mask != 0;
        Ok(Self {
            id,
            response: bit(0x8000),
            opcode: Opcode::from_number((flags >> 11 & 0xf) as u8),
            authoritative: bit(0x0400),
            truncated: bit(0x0200),
            recursion_desired: bit(0x0100),
            recursion_available: bit(0x0080),
            authentic_data: bit(0x0020),
            checking_disabled: bit(0x0010),
            rcode: Rcode::from_number((flags & 0xf) as u8),
            questions,
            answers,
            authorities,
            additionals,
        })
    }

    /// True when this is a response to `query`: the id and the question agree (RFC 5452 9.1). The name's case
    /// is not compared. Where it came from is for the caller to compare.
    #[must_use]
    pub fn answers_query(&self, query: &Self) -> bool {
        self.response
            && self.id == query.id
            && self.opcode == query.opcode
            && self.questions == query.questions
    }

    fn flags(&self) -> u16 {
        let bit = |set: bool, mask: u16| if set { mask } else { 0 };
        bit(self.response, 0x8000)
            | u16::from(self.opcode.number() & 0xf) << 11
            | bit(self.authoritative, 0x0400)
            | bit(self.truncated, 0x0200)
            | bit(self.recursion_desired, 0x0100)
            | bit(self.recursion_available, 0x0080)
            | bit(self.authentic_data, 0x0020)
            | bit(self.checking_disabled, 0x0010)
            | u16::from(self.rcode.number() & 0xf)
    }
}

impl Opcode {
    /// The operation of this number; only the low four bits count.
    #[must_use]
    pub const fn from_number(number: u8) -> Self {
        match number & 0xf {
            0 => Self::Query,
            other => Self::Other(other),
        }
    }

    /// Its number.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Query => 0,
            Self::Other(number) => number,
        }
    }
}

impl Rcode {
    /// The code of this number; only the low four bits count.
    #[must_use]
    pub const fn from_number(number: u8) -> Self {
        match number & 0xf {
            0 => Self::NoError,
            1 => Self::FormatError,
            2 => Self::ServFail,
            3 => Self::NxDomain,
            4 => Self::NotImplemented,
            5 => Self::Refused,
            other => Self::Other(other),
        }
    }

    /// Its number.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::NoError => 0,
            Self::FormatError => 1,
            Self::ServFail => 2,
            Self::NxDomain => 3,
            Self::NotImplemented => 4,
            Self::Refused => 5,
            Self::Other(number) => number,
        }
    }
}
