//! promote against the real program.
