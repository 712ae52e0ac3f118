//! The simulated rig: an emulated board, the cloud and the network between them, in one process.
//!
//! Everything lives on one runtime: in virtual time the same seed gives the same bytes. The
//! board and the cloud meet as bytes on the link and share nothing else.

mod application;
mod cloud;
mod device;
mod identity;
mod network;
mod options;
mod panics;
mod performer;
mod rig;
mod session;
mod stage;
mod will;

pub(crate) use application::{Application, HeldSocket};
pub use device::{SimulatedBench, SimulatedDevice};
pub use options::{BuildError, CustomBoard, Options};
pub use rig::{Evidence, Simulated};
pub use session::{DEFAULT_SEED, Recorded, SessionError, record};
pub(crate) use stage::Stage;
