//! What a person sees while scenarios run: which of them, which step, how much virtual time, and how long already.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use nanorig_report::{printable, span};
use nanorig_runner::Progress;
use nanorig_trace::Time;

/// Progress of all runs, on stderr and only on a terminal.
#[derive(Clone)]
pub(crate) struct Display {
    bars: Option<MultiProgress>,
    total: usize,
}

impl Display {
    /// A display of so many runs that is silent unless stderr is a terminal.
    pub(crate) fn new(total: usize) -> Self {
        Self { bars: std::io::stderr().is_terminal().then(MultiProgress::new), total }
    }

    /// The line of the run of this number, counted from 1.
    pub(crate) fn run(&self, number: usize, name: &str) -> RunProgress {
        let bar = self.bars.as_ref().map(|bars| {
            let style = ProgressStyle::with_template("{spinner} {prefix:.bold}  {msg}  [{elapsed}]")
                .unwrap_or_else(|_| ProgressStyle::default_spinner());
            let of = if self.total > 1 { format!("{number}/{} ", self.total) } else { String::new() };
            let prefix = format!("{of}{}", printable(name));
            let bar = bars.add(ProgressBar::new_spinner().with_style(style).with_prefix(prefix));
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        RunProgress { bar }
    }
}

/// Progress of one run.
pub(crate) struct RunProgress {
    bar: Option<ProgressBar>,
}

impl Progress for RunProgress {
    fn step(&mut self, index: u64, total: u64, label: &str, now: Time) {
        if let Some(bar) = &self.bar {
            let now = span(now.since(Time::ZERO));
            bar.set_message(format!("step {index}/{total} at {now}: {}", printable(label)));
        }
    }
}

impl Drop for RunProgress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
