//! SUBSCRIBE: a client asks for subscriptions.

use std::fmt;

use super::filter;
use super::{Place, Properties};
use crate::mqtt::reader::Reader;
use crate::mqtt::writer::Writer;
use crate::mqtt::{DecodeError, EncodeError, Fault, PacketId, PacketType, QoS, Sender};

const NO_LOCAL: u8 = 0b0100;
const RETAIN_AS_PUBLISHED: u8 = 0b1000;
const RETAIN_HANDLING_SHIFT: u8 = 4;
const RESERVED: u8 = 0b1100_0000;

/// A client asks for subscriptions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscribe {
    /// Packet identifier; SUBACK repeats it.
    pub id: PacketId,
    /// Subscription identifier and user properties.
    pub properties: Properties,
    /// At least one (MQTT-3.8.3-2).
    pub filters: Vec<Filter>,
}

/// A topic filter with its options (3.8.3.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// The filter.
    pub filter: String,
    /// Highest QoS wanted.
    pub qos: QoS,
    /// True when messages of this client itself are not wanted.
    pub no_local: bool,
    /// True when the RETAIN flag is to stay as it was published.
    pub retain_as_published: bool,
    /// Which retained messages are wanted at once.
    pub retain_handling: RetainHandling,
}

/// Which retained messages a subscription wants at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum RetainHandling {
    /// All of them.
    #[default]
    Send = 0,
    /// All of them, if the subscription did not exist.
    SendIfNew = 1,
    /// None.
    DoNotSend = 2,
}

impl Filter {
    /// A filter without further options.
    pub fn new(filter: impl Into<String>, qos: QoS) -> Self {
        Self {
            filter: filter.into(),
            qos,
            no_local: false,
            retain_as_published: false,
            retain_handling: RetainHandling::Send,
        }
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let filter = filter::read(reader, "MQTT-3.8.3-1")?;
        let offset = reader.offset();
        let error = |clause, fault| DecodeError { clause, offset, field: "subscription options", fault };
        let options = reader.u8("subscription options", "MQTT-3.8.3.1")?;
        if options & RESERVED != 0 {
            return Err(error("MQTT-3.8.3-5", Fault::ReservedBits { found: options }));
        }
        let qos = QoS::from_bits(options & 0b11).ok_or_else(|| error("MQTT-3.8.3.1", Fault::MaximumQoS3))?;
        let retain_handling = match options >> RETAIN_HANDLING_SHIFT & 0b11 {
            0 => RetainHandling::Send,
            1 => RetainHandling::SendIfNew,
            2 => RetainHandling::DoNotSend,
            _ => return Err(error("MQTT-3.8.3.1", Fault::RetainHandling3)),
        };
        let no_local = options & NO_LOCAL != 0;
        if no_local && filter::is_shared(&filter) {
            return Err(error("MQTT-3.8.3-4", Fault::SharedNoLocal));
        }
        let retain_as_published = options & RETAIN_AS_PUBLISHED != 0;
        Ok(Self { filter, qos, no_local, retain_as_published, retain_handling })
    }

    fn options(&self) -> u8 {
        let when = |condition, bit| if condition { bit } else { 0 };
        self.qos.bits()
            | when(self.no_local, NO_LOCAL)
            | when(self.retain_as_published, RETAIN_AS_PUBLISHED)
            | (self.retain_handling as u8) << RETAIN_HANDLING_SHIFT
    }
}

impl Subscribe {
    pub(super) fn decode(mut reader: Reader<'_>, from: Sender) -> Result<Self, DecodeError> {
        let id = reader.packet_id()?;
        let properties = Properties::decode(&mut reader, Place::Subscribe, from)?;
        let filters = reader.list("topic filters", "MQTT-3.8.3-2", Filter::decode)?;
        Ok(Self { id, properties, filters })
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let mut writer = Writer::default();
        writer.u16(self.id.get());
        self.properties.encode(&mut writer)?;
        for filter in &self.filters {
            writer.text(&filter.filter, "topic filter")?;
            writer.u8(filter.options());
        }
        writer.finish(PacketType::Subscribe.first_byte(), out)
    }
}

impl fmt::Display for Subscribe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, filter) in self.filters.iter().enumerate() {
            let space = if index == 0 { "" } else { " " };
            write!(f, "{space}{} (qos {})", filter.filter, filter.qos)?;
        }
        write!(f, "{}", self.properties)
    }
}
