//! Filters that a device subscribes to.

use super::{HubDelivery, TopicError};
use crate::hub::Identity;

/// A filter that the hub accepts. Those of certificate renewal (`$iothub/credentials/res/#`, preview) are not among
/// them, as the topic of its requests is not: the preview is not served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeviceFilter {
    /// `devices/{did}/messages/devicebound/#`, with `modules/{mid}` for a module.
    C2d,
    /// `devices/+/messages/devicebound/#` of azure-sdk-for-c; means the own id only.
    C2dAnyDevice,
    /// `devices/{did}/{mid}/messages/devicebound/#` of nanoFramework modules; nothing ever comes.
    C2dNanoModule,
    /// `devices/{did}/modules/{mid}/inputs/#`: inputs of an Edge module.
    ModuleInputs,
    /// `devices/{did}/modules/{mid}/#`.
    ModuleAll,
    /// `$iothub/twin/res/#`.
    TwinResponses,
    /// `$iothub/twin/PATCH/properties/desired/#`.
    Desired,
    /// `$iothub/twin/#` of nanoFramework: both of the former.
    TwinAll,
    /// `$iothub/methods/POST/#`.
    Methods,
}

impl DeviceFilter {
    /// All filters.
    pub const ALL: [Self; 9] = [
        Self::C2d,
        Self::C2dAnyDevice,
        Self::C2dNanoModule,
        Self::ModuleInputs,
        Self::ModuleAll,
        Self::TwinResponses,
        Self::Desired,
        Self::TwinAll,
        Self::Methods,
    ];

    /// Reads a filter that `own` subscribes to or unsubscribes from.
    ///
    /// # Errors
    /// When the hub has no such filter, or it names another identity.
    pub fn parse(filter: &str, own: &Identity) -> Result<Self, TopicError> {
        let texts = Self::ALL.map(|known| (known, known.format(own)));
        if let Some((known, _)) = texts.iter().find(|(_, text)| text.as_deref() == Some(filter)) {
            return Ok(*known);
        }
        let known = texts.iter().filter_map(|(_, text)| text.as_deref());
        match (TopicError::unknown_or_wrong_case(filter, known), Identity::split_topic(filter)) {
            (TopicError::Unknown { .. }, Some((found, _))) if found != *own => {
                Err(TopicError::ForeignIdentity { found, own: own.clone() })
            }
            (error, _) => Err(error),
        }
    }

    /// The filter's text; `None` when only modules have it and `own` is a device.
    #[must_use]
    pub fn format(self, own: &Identity) -> Option<String> {
        let prefix = own.topic_prefix();
        let fixed = |filter: &str| Some(filter.to_owned());
        match self {
            Self::C2d => Some(format!("{prefix}/messages/devicebound/#")),
            Self::C2dAnyDevice => fixed("devices/+/messages/devicebound/#"),
            Self::C2dNanoModule => {
                let module = own.module.as_ref()?;
                Some(format!("devices/{}/{module}/messages/devicebound/#", own.device))
            }
            Self::ModuleInputs => own.module.as_ref().map(|_| format!("{prefix}/inputs/#")),
            Self::ModuleAll => own.module.as_ref().map(|_| format!("{prefix}/#")),
            Self::TwinResponses => fixed("$iothub/twin/res/#"),
            Self::Desired => fixed("$iothub/twin/PATCH/properties/desired/#"),
            Self::TwinAll => fixed("$iothub/twin/#"),
            Self::Methods => fixed("$iothub/methods/POST/#"),
        }
    }

    /// Whether this subscription receives that delivery to the same identity.
    #[must_use]
    pub fn covers(self, delivery: &HubDelivery) -> bool {
        match delivery {
            HubDelivery::TwinResponse { .. } => matches!(self, Self::TwinResponses | Self::TwinAll),
            HubDelivery::Desired { .. } => matches!(self, Self::Desired | Self::TwinAll),
            HubDelivery::Method { .. } => self == Self::Methods,
            HubDelivery::C2d { .. } => matches!(self, Self::C2d | Self::C2dAnyDevice | Self::ModuleAll),
        }
    }
}

#[cfg(test)]
mod tests;
