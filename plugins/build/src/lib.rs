//! The build plugin.
