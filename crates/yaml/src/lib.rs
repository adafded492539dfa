//! YAML as Go reads and writes it: a spanned tree, a reader in two profiles, an emitter, byte-minimal edits.
