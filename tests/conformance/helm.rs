//! helm against the real program.
