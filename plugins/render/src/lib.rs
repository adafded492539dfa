//! The render plugin.
