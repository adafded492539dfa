//! The cache of rendered results with a real registry and a real Redis: processes on different folders find each other's
//! results, and neither a kill nor a forger makes an answer wrong.

mod kills;
mod poison;
mod scene;
mod sharing;
