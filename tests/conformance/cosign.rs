//! cosign against the real program.
