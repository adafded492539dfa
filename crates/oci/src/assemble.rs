//! Images put together from files, reproducibly: the same input gives the same digest anywhere, at any time.

mod base;
mod config;
mod error;
mod image;
mod layer;
mod load;
mod push;

pub use base::BaseImage;
pub(crate) use base::CONFIG_LIMIT;
pub use config::Settings;
pub use error::AssembleError;
pub use image::{Assembled, Image, ImagePlan, assemble};
pub use layer::{Content, Entry, Layer};
pub use load::{FileCopy, Parents, load_entries};
pub use push::PushSummary;
