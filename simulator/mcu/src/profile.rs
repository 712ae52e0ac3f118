//! Budget profiles: what one kind of board can hold and how fast it is (docs/boards.md).
//!
//! A profile is a TOML file in which every figure stands beside its source. The
//! boards that come with the program are embedded; [`Profile::parse`] reads a user's
//! own. A profile knows no firmware: decisions are [`crate::habits`].

mod embedded;
mod error;
mod figures;
#[cfg(test)]
mod tests;
mod unit;

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use serde::Deserialize;

pub use error::ProfileError;
pub use figures::{Boot, Currents, Link, ManagedHeap, Medium, NativeHeap, Rtc, Sockets, Tcp, Tls, Udp};
use figures::{
    BootFile, CurrentsFile, LinkFile, ManagedHeapFile, NativeHeapFile, RtcFile, SocketsFile, Sources,
    TcpFile, TlsFile, UdpFile,
};

/// The budgets of one kind of board. Cheap to clone.
///
/// ```
/// use nanorig_mcu::profile::Profile;
///
/// let profile = Profile::named("stm32f769i-disco").expect("it comes with the program");
/// assert_eq!(profile.sockets.slots, 4);
/// assert_eq!(profile.native_heap.size, 236 * 1024);
/// assert!(profile.source("sockets.slots").is_some());
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// Name on the command line, such as `esp32-wroom`.
    pub name: Arc<str>,
    /// What board it is, one line.
    pub summary: Arc<str>,
    /// False for a board that nobody sells.
    pub real: bool,
    /// Native heap.
    pub native_heap: NativeHeap,
    /// Managed heap.
    pub managed_heap: ManagedHeap,
    /// Sockets and control blocks.
    pub sockets: Sockets,
    /// TCP.
    pub tcp: Tcp,
    /// UDP.
    pub udp: Udp,
    /// TLS; none when the firmware is built without it.
    pub tls: Option<Tls>,
    /// Link.
    pub link: Link,
    /// Boot.
    pub boot: Boot,
    /// Currents.
    pub power: Currents,
    /// Real-time clock.
    pub rtc: Rtc,
    sources: Arc<Sources>,
}

/// A profile file, top level.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    summary: String,
    #[serde(default = "yes")]
    real: bool,
    native_heap: NativeHeapFile,
    managed_heap: ManagedHeapFile,
    sockets: SocketsFile,
    tcp: TcpFile,
    udp: UdpFile,
    tls: Option<TlsFile>,
    link: LinkFile,
    boot: BootFile,
    power: CurrentsFile,
    rtc: RtcFile,
}

const fn yes() -> bool {
    true
}

/// The embedded profiles, parsed at first use.
static EMBEDDED: LazyLock<Vec<Profile>> = LazyLock::new(|| {
    embedded::FILES
        .iter()
        .map(|(file, text)| Profile::parse(text, file).expect("a test parses every embedded profile"))
        .collect()
});

impl Profile {
    /// The profile of this name that comes with the program.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        EMBEDDED.iter().find(|profile| &*profile.name == name).cloned()
    }

    /// All profiles that come with the program.
    #[must_use]
    pub fn all() -> &'static [Self] {
        &EMBEDDED
    }

    /// Reads a profile file. `file` names it in messages.
    ///
    /// # Errors
    /// The text is not TOML, a key is missing, unknown or has a value of the wrong kind, or two
    /// figures contradict each other; the error names the place.
    pub fn parse(text: &str, file: &str) -> Result<Self, ProfileError> {
        let raw: File = toml::from_str(text).map_err(|error| ProfileError::syntax(&error, text, file))?;
        let mut sources = Sources::new();
        let at = &mut sources;
        let profile = Self {
            name: raw.name.into(),
            summary: raw.summary.into(),
            real: raw.real,
            native_heap: raw.native_heap.read(at),
            managed_heap: raw.managed_heap.read(at),
            sockets: raw.sockets.read(at),
            tcp: raw.tcp.read(at),
            udp: raw.udp.read(at),
            tls: raw.tls.map(|tls| tls.read(at)),
            link: raw.link.read(at),
            boot: raw.boot.read(at),
            power: raw.power.read(at),
            rtc: raw.rtc.read(at),
            sources: Arc::default(),
        };
        profile.check(file)?;
        Ok(Self { sources: Arc::new(sources), ..profile })
    }

    /// Where a figure comes from, by its key such as `tcp.window`.
    #[must_use]
    pub fn source(&self, key: &str) -> Option<&str> {
        self.sources.get(key).map(String::as_str)
    }

    /// Every figure's key and source, by key.
    #[must_use]
    pub fn sources(&self) -> &BTreeMap<String, String> {
        &self.sources
    }

    /// The same board with another native heap; its largest block keeps its share.
    #[must_use]
    pub fn with_native_heap(mut self, bytes: usize) -> Self {
        let NativeHeap { size, largest } = self.native_heap;
        let share = largest as u128 * bytes as u128 / (size.max(1) as u128);
        self.native_heap = NativeHeap { size: bytes, largest: usize::try_from(share).unwrap_or(bytes) };
        self
    }

    /// The same board with another managed heap.
    #[must_use]
    pub fn with_managed_heap(mut self, bytes: usize) -> Self {
        self.managed_heap.size = bytes;
        self
    }

    /// The same board with another number of sockets.
    #[must_use]
    pub fn with_sockets(mut self, slots: u32) -> Self {
        self.sockets.slots = slots;
        self
    }

    /// Finds figures that cannot be true together.
    fn check(&self, file: &str) -> Result<(), ProfileError> {
        let claims = [
            (self.name.is_empty(), "name", "a profile needs a name"),
            (self.native_heap.size < 1_024, "native_heap.size", "less than 1 KiB holds no network stack"),
            (
                self.native_heap.largest > self.native_heap.size || self.native_heap.largest == 0,
                "native_heap.largest",
                "the largest block must fit the heap and not be empty",
            ),
            (self.tcp.mss == 0 || self.tcp.mss > 1_460, "tcp.mss", "a segment has 1 to 1460 bytes"),
            (
                self.tcp.window == 0 || self.tcp.window > 65_535,
                "tcp.window",
                "a window without scaling has 1 to 65535 bytes",
            ),
            (
                self.tcp.send_buffer == 0 || self.tcp.send_buffer > 1 << 20,
                "tcp.send_buffer",
                "a send buffer has 1 B to 1 MiB",
            ),
            (
                self.tls.is_some_and(|tls| tls.input > 16_384 || tls.output > 16_384),
                "tls",
                "a record has at most 16384 bytes (RFC 5246 6.2.1)",
            ),
            (self.link.bandwidth == 0, "link.bandwidth", "a link without bandwidth carries nothing"),
            (
                self.link.medium == Medium::Wifi
                    && (self.link.association.is_none() || self.link.scan_channel.is_none()),
                "link",
                "Wi-Fi needs scan_channel and association",
            ),
        ];
        match claims.into_iter().find(|(wrong, ..)| *wrong) {
            Some((_, key, problem)) => {
                Err(ProfileError::Contradiction { file: file.to_owned(), key, problem })
            }
            None => Ok(()),
        }
    }
}
