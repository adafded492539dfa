//! canary against the real program.
