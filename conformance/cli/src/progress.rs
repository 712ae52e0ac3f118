//! What a person sees while scenarios run: which step, how much virtual time.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use nanorig_runner::Progress;
use nanorig_trace::Time;

/// Progress of all runs, on stderr and only on a terminal.
#[derive(Clone)]
pub(crate) struct Display {
    bars: Option<MultiProgress>,
}

impl Display {
    /// A display that is silent unless stderr is a terminal.
    pub(crate) fn new() -> Self {
        Self { bars: std::io::stderr().is_terminal().then(MultiProgress::new) }
    }

    /// The line of one run.
    pub(crate) fn run(&self, name: &str) -> RunProgress {
        let bar = self.bars.as_ref().map(|bars| {
            let style = ProgressStyle::with_template("{spinner} {prefix:.bold}  {msg}")
                .unwrap_or_else(|_| ProgressStyle::default_spinner());
            let bar = bars.add(ProgressBar::new_spinner().with_style(style).with_prefix(name.to_owned()));
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
            bar.set_message(format!("step {index}/{total} at {now}: {label}"));
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
