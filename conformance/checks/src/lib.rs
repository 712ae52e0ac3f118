//! The requirement catalogue and its checks: trace in, verdicts out.
//!
//! [`judge()`] gives a verdict on every requirement that a trace's header lists, and on those that hold always.
//! Checks read the trace and decode bytes with `nanorig-wire`; they see no device, no server and no log, so a
//! trace recorded last year can be judged again by today's checks.
//!
//! # How to add a check
//!
//! 1. The requirement stands in `requirements/<family>.toml`. Its thresholds are its `parameters`; a check reads
//!    them by [`View::duration`] and [`View::number`].
//! 2. Write `src/<family>/<rest of the id>.rs` with one constant and one function:
//!
//!    ```text
//!    //! HUB-C2D-01: what arrives on the C2D topic is acknowledged.
//!
//!    pub(crate) const CHECK: Check = Check { id: "HUB-C2D-01", always: false, judge };
//!
//!    fn judge(view: &View<'_>) -> Finding {
//!        let mut tally = Tally::default();
//!        for connection in view.connections_to("hub") {
//!            for (at, packet) in connection.received() {
//!                // ... tally.good(at, "a sentence") or tally.bad(at, "a sentence")
//!            }
//!        }
//!        tally.finish("what held", "what was broken", "what never happened")
//!    }
//!    ```
//! 3. Name it in the list of `src/<family>/mod.rs`, and a new family in the list of [`Check::all`].
//! 4. Show by small traces, told with `testing::Story`, that it passes and that it fails.
//!
//! A check is *inconclusive* when what it judges never happened, never *pass*. It is `always` when it states an
//! invariant that any run may be judged by; its inconclusive findings are then dropped unless it was asked for.

mod boot;
mod catalogue;
mod check;
mod dhcp;
mod dns;
mod dps;
mod hub;
mod judge;
mod method;
mod mqtt;
mod net;
mod pnp;
mod recon;
mod res;
mod sec;
mod sntp;
mod tally;
#[cfg(test)]
mod testing;
mod time;
mod tls;
mod twin;
mod verdict;
pub mod view;

pub use catalogue::{Catalogue, Level, Parameter, Requirement, Run, Unit};
pub use check::Check;
pub use judge::{Judged, judge};
pub use tally::Tally;
pub use verdict::{Evidence, Finding, Verdict};
pub use view::View;
