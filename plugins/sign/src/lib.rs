//! `towpath-sign`: signs images, verifies them, and makes keys.
//!
//! The functions below the command line are typed: [`sign_image`] and [`verify_image`] give a
//! [`SignedImage`](towpath_sign::SignedImage), [`KeyFiles`] writes key pairs. This crate decides where keys and passwords
//! come from; what a signature is, the library decides.

mod args;
mod image;
mod key_files;
mod key_source;
mod password;
mod release_file;
mod run;

pub use args::Args;
pub use image::{parse_image, sign_image, verify_image};
pub use key_files::{KeyFiles, Written};
pub use key_source::KeySource;
pub use password::PasswordSource;
