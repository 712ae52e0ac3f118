//! Panics of the world's tasks. Nobody joins most of them, so that without this a run would go on
//! without its network or its cloud, and pass.
//!
//! All tasks of a run live on the thread of its runtime, and a thread has one run at a time. So a
//! hook notes each panic under its thread, and the run asks at its end.

use std::cell::RefCell;
use std::panic::{self, PanicHookInfo};
use std::path::Path;
use std::sync::Once;

thread_local! {
    static SEEN: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Begins to note panics of this thread, without those from before. What the hook did before it still does.
pub(super) fn watch() {
    static HOOKED: Once = Once::new();
    HOOKED.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            note(info);
            before(info);
        }));
    });
    drop(take());
}

/// What was noted since, in the order of the panics.
pub(super) fn take() -> Vec<String> {
    SEEN.take()
}

fn note(info: &PanicHookInfo<'_>) {
    let what = info.payload_as_str().unwrap_or("without a message");
    let place = info.location().map_or_else(String::new, |location| {
        let file = Path::new(location.file()).file_name().unwrap_or_default();
        format!(" ({}:{})", file.display(), location.line())
    });
    // A thread that ends has no list any more, and no run.
    let _ = SEEN.try_with(|seen| seen.borrow_mut().push(format!("{what}{place}")));
}
