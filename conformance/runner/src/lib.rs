//! Runs a plan against a device and its bench
