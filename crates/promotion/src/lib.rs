//! The plan of a promotion.
