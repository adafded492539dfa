//! Commits and pull requests.
