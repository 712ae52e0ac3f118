//! What a fault is.

use std::time::Duration;

use super::params::{FaultError, ParamSpec, Params};
use crate::Stream;
use crate::link::FrameInfo;

/// What a fault does to one frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FrameVerdict {
    /// Nothing.
    Pass,
    /// Loses it.
    Drop,
    /// Holds it back; later frames may overtake it.
    Delay(Duration),
    /// Delivers it twice.
    Duplicate,
    /// Flips a bit, so that a checksum fails.
    Corrupt,
    /// Delivers these bytes instead.
    Replace(Vec<u8>),
}

impl FrameVerdict {
    /// Loses the frame when `lose` is true, else nothing.
    #[must_use]
    pub(super) const fn drop_if(lose: bool) -> Self {
        if lose { Self::Drop } else { Self::Pass }
    }
}

/// Judges every frame that enters the link while it is inserted.
pub trait Fault: Send {
    /// Name as in scenarios, such as `partition`.
    fn name(&self) -> &'static str;

    /// What becomes of `frame`. Chance comes from `random` only.
    fn judge(&mut self, frame: &FrameInfo<'_>, random: &Stream) -> FrameVerdict;
}

/// Names an inserted fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FaultId(pub(crate) u32);

/// A fault of the list.
#[derive(Debug)]
pub struct FaultSpec {
    /// Name as in scenarios.
    pub name: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// Its parameters, all of them optional.
    pub params: &'static [ParamSpec],
    /// Makes one of values that [`FaultSpec::make`] has checked one by one.
    pub(super) build: fn(&Params) -> Result<Box<dyn Fault>, FaultError>,
}

impl FaultSpec {
    /// Makes one from parameters that a user wrote.
    ///
    /// # Errors
    /// An unknown parameter, a value of the wrong kind or outside its range.
    pub fn make(&self, params: &Params) -> Result<Box<dyn Fault>, FaultError> {
        params.check(self.name, self.params)?;
        (self.build)(params)
    }
}

/// The fault of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static FaultSpec> {
    super::ALL.iter().find(|spec| spec.name == name)
}
