//! demo against the real program.
