//! What a person sees while scenarios run: which of them, which step, how much virtual time, and how long already.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressState, ProgressStyle};
use nanorig_report::{printable, span};
use nanorig_runner::Progress;
use nanorig_trace::{Recorder, Time};

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
            let of = if self.total > 1 { format!("{number}/{} ", self.total) } else { String::new() };
            let prefix = format!("{of}{}", printable(name));
            let bar =
                bars.add(ProgressBar::new_spinner().with_style(line(|| Time::ZERO)).with_prefix(prefix));
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        RunProgress { bar }
    }
}

/// What a line shows. `now` is asked each time that it is drawn: a step may be a day of virtual time.
fn line(now: impl Fn() -> Time + Clone + Send + Sync + 'static) -> ProgressStyle {
    ProgressStyle::with_template("{spinner} {prefix:.bold}  {msg}  at {now}  [{elapsed}]")
        .unwrap_or_else(|_| ProgressStyle::default_spinner())
        .with_key("now", move |_: &ProgressState, out: &mut dyn std::fmt::Write| {
            // A line that cannot be written is drawn again soon.
            let _ = write!(out, "{}", span(now().since(Time::ZERO)));
        })
}

/// Progress of one run.
pub(crate) struct RunProgress {
    bar: Option<ProgressBar>,
}

impl Progress for RunProgress {
    fn begun(&mut self, recorder: &Recorder) {
        if let Some(bar) = &self.bar {
            let recorder = recorder.clone();
            bar.set_style(line(move || recorder.latest()));
        }
    }

    fn step(&mut self, index: u64, total: u64, label: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(format!("step {index}/{total}: {}", printable(label)));
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
