//! Canary decisions.
