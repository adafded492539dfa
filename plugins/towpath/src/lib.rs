//! The towpath plugin.
