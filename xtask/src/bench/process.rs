//! What another process uses, as Linux tells it.

use std::fs;
use std::time::Duration;

use anyhow::Context;

/// `sysconf(_SC_CLK_TCK)` of every Linux that Rust knows.
const TICKS_A_SECOND: u64 = 100;

/// A process by its number.
pub(super) struct Process(u32);

impl Process {
    pub(super) const fn new(id: u32) -> Self {
        Self(id)
    }

    /// Time that it has computed so far, in user space and in the kernel (proc(5), `stat` fields 14 and 15).
    pub(super) fn cpu(&self) -> anyhow::Result<Duration> {
        let text = self.read("stat")?;
        // The second field is the program's name in parentheses, in which anything may stand.
        let fields = text.rsplit_once(") ").map_or("", |(_, rest)| rest);
        let mut fields = fields.split_whitespace().skip(11).map(str::parse::<u64>);
        let mut ticks = || fields.next()?.ok();
        let sum = ticks().zip(ticks()).map(|(user, kernel)| user + kernel);
        let ticks = sum.context("the process's stat is not understood")?;
        Ok(Duration::from_millis(ticks * 1_000 / TICKS_A_SECOND))
    }

    /// Memory that it occupies (proc(5), `status`: VmRSS).
    pub(super) fn memory_bytes(&self) -> anyhow::Result<u64> {
        let text = self.read("status")?;
        let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
        kilobytes.map(|kilobytes| kilobytes * 1_024).context("the process's status is not understood")
    }

    fn read(&self, file: &str) -> anyhow::Result<String> {
        let path = format!("/proc/{}/{file}", self.0);
        fs::read_to_string(&path)
            .with_context(|| format!("{path} cannot be read: CPU and memory are only measured on Linux"))
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_used_something() {
        let own = Process::new(std::process::id());
        assert!(own.memory_bytes().unwrap() > 100_000);
        let before = own.cpu().unwrap();
        let mut sum = 0_u64;
        while own.cpu().unwrap() == before {
            sum = (0..100_000).fold(sum, |sum, n| sum ^ std::hint::black_box(n));
        }
        assert!(own.cpu().unwrap() > before, "{sum}");
        assert!(Process::new(u32::MAX).cpu().is_err());
    }
}
