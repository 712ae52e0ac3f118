//! Decisions about twins, direct methods and Plug and Play.

use std::time::Duration;

/// The device twin.
#[derive(Clone, Debug, PartialEq)]
pub struct TwinHabits {
    /// How an answer finds its request.
    pub rid: RidMatch,
    /// When the whole twin is read.
    pub read: TwinRead,
    /// True to ask for the twin before its answers are subscribed to.
    pub asks_before_subscribing: bool,
    /// In which order patches are applied.
    pub order: PatchOrder,
    /// True to leave a gap in the versions as it is.
    pub ignores_gaps: bool,
    /// True to keep a property that a patch deletes with null.
    pub ignores_null: bool,
    /// True to stop at a property that nobody knows.
    pub fails_on_unknown: bool,
    /// What is done with the status of an answer.
    pub status: TwinStatusUse,
    /// Shape of reported patches.
    pub report: ReportForm,
    /// How long to wait for an answer before asking again. Default 30 s.
    pub timeout: Duration,
    /// How often to ask in all. Default 5.
    pub tries: u32,
    /// Largest twin document taken, in bytes. Default 132 KiB: two sections of 32 KiB in which every
    /// character could be escaped.
    pub max_document: usize,
    /// True to stop at a twin document that does not fit.
    pub faults_on_large: bool,
    /// True to think of the twin as known after DPS has moved the device to another hub.
    pub keeps_version_over_move: bool,
}

impl Default for TwinHabits {
    fn default() -> Self {
        Self {
            rid: RidMatch::Own,
            read: TwinRead::EveryConnection,
            asks_before_subscribing: false,
            order: PatchOrder::ByVersion,
            ignores_gaps: false,
            ignores_null: false,
            fails_on_unknown: false,
            status: TwinStatusUse::ByClass,
            report: ReportForm::Json,
            timeout: Duration::from_secs(30),
            tries: 5,
            max_document: 132 * 1024,
            faults_on_large: false,
            keeps_version_over_move: false,
        }
    }
}

/// How an answer finds its request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RidMatch {
    /// By its `$rid`.
    #[default]
    Own,
    /// The first answer goes to the oldest request, whatever its `$rid`.
    First,
}

/// When the whole twin is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TwinRead {
    /// After each connection.
    #[default]
    EveryConnection,
    /// After the first connection.
    FirstConnection,
    /// When the application asks.
    OnDemand,
}

/// In which order patches are applied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PatchOrder {
    /// By `$version`; late and repeated ones are left aside.
    #[default]
    ByVersion,
    /// As they come.
    AsTheyCome,
}

/// What is done with the status of a twin answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TwinStatusUse {
    /// 2xx is success, 429 and 5xx are tried again with growing delays, others fail.
    #[default]
    ByClass,
    /// Every status is success.
    AllSuccess,
    /// 429 and 5xx are tried again at once.
    Hammers,
    /// 400 is tried again unchanged.
    RepeatsBadRequest,
}

/// Shape of reported patches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReportForm {
    /// JSON.
    #[default]
    Json,
    /// Names without quotes, which is not JSON.
    UnquotedNames,
}

/// Direct methods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MethodHabits {
    /// Status that answers a method nobody handles; none: silence. Default 404.
    pub unknown: Option<i32>,
    /// Status that answers a payload that is not JSON; none: silence. Default 400.
    pub invalid_json: Option<i32>,
    /// How the request id is written in the answer.
    pub rid: MethodRid,
    /// True to write a word instead of a status number.
    pub status_as_word: bool,
    /// True to drop calls that come while another one runs.
    pub one_at_a_time: bool,
    /// True to serve a call again that comes again.
    pub keeps_duplicates: bool,
    /// True to send an answer on a later connection than its call's.
    pub answers_after_reconnect: bool,
    /// Largest payload taken, in bytes. Default 128 KiB.
    pub max_payload: usize,
    /// True not to subscribe.
    pub not_subscribed: bool,
}

impl Default for MethodHabits {
    fn default() -> Self {
        Self {
            unknown: Some(404),
            invalid_json: Some(400),
            rid: MethodRid::Echo,
            status_as_word: false,
            one_at_a_time: false,
            keeps_duplicates: false,
            answers_after_reconnect: false,
            max_payload: 128 * 1024,
            not_subscribed: false,
        }
    }
}

/// How the request id of a method is written in the answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MethodRid {
    /// As it came.
    #[default]
    Echo,
    /// As hexadecimal number in capitals; a request id that is no such number is not answered.
    UpperHex,
    /// One more than it was.
    Wrong,
}

/// IoT Plug and Play.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PnpHabits {
    /// True not to announce the model id in the user name.
    pub model_not_announced: bool,
    /// True not to send the model id to DPS.
    pub model_not_registered: bool,
    /// True to leave `$.sub` out of a component's telemetry.
    pub no_component_subject: bool,
    /// How writable properties are acknowledged.
    pub ack: AckForm,
    /// True to take every value of a writable property, also one that its handler refuses.
    pub takes_bad_values: bool,
    /// True to leave `"__t":"c"` out of components.
    pub no_component_marker: bool,
    /// True not to report initial values of writable properties.
    pub no_initial_values: bool,
    /// True not to acknowledge what was changed while the device was away.
    pub forgets_missed: bool,
    /// Which commands are found.
    pub commands: Catalogue,
}

/// How writable properties are acknowledged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AckForm {
    /// `value`, `ac`, `av` and `ad`.
    #[default]
    Full,
    /// The bare value.
    ValueOnly,
    /// `av` is one less than the version.
    OldVersion,
    /// Nothing is reported.
    None,
}

/// Which commands are found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Catalogue {
    /// `command` and `component*command`.
    #[default]
    Components,
    /// Names without `*` only (nanoFramework/Home#1170).
    RootOnly,
}
