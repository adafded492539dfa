//! images against the real program.
