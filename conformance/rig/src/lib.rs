//! Builds what a run needs, and adapts it to the Device trait
