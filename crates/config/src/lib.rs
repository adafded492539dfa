//! towpath.yaml as typed configuration.
