//! The promote plugin.
