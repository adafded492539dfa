//! yaml against the real program.
