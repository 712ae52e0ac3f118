//! The requirement catalogue and its checks: trace in, verdicts out
