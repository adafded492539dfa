//! Helm's charts: values, template functions, hooks and ordering.
