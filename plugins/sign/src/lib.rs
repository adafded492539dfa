//! The sign plugin.
