//! The plan of a promotion: what has to hold before, which bytes change, and what the pull request says.
//!
//! This crate is pure. It reads no repository, asks no registry and renders nothing; it is given texts and gives texts,
//! the same bytes for the same input. An image that nobody has verified cannot be promoted: [`plan`] asks for a
//! [`SignedImage`](towpath_sign::SignedImage), and only verification makes one.
//!
//! ```
//! use std::collections::BTreeMap;
//! use towpath_promotion::{Previous, Request, Target, plan};
//! # use towpath_sign::{Content, Evidence, Policy, PrivateKey, judge, sign_bundle};
//! # let image = format!("registry.example.com/shop@{}", towpath_model::Digest::of(b"2")).parse()?;
//! # let key = PrivateKey::generate()?;
//! # let bundle = sign_bundle(&key, towpath_model::Digest::of(b"2"))?;
//! # let evidence = Evidence { manifest: towpath_model::Digest::of(&bundle), content: Content::Bundle(bundle) };
//! # let signed = judge(&image, &key.public(), Policy::default(), &[evidence])?;
//! let target = Target::parse("apps/{service}/{env}/values.yaml#/image/digest", "shop", "dev")?;
//! let order = ["dev".to_owned(), "prod".to_owned()];
//! let request = Request {
//!     service: "shop",
//!     version: "2.0.0",
//!     revision: None,
//!     environment: "dev",
//!     order: &order,
//!     image: &signed,
//!     previous: Previous::default(),
//! };
//! let text = "# the shop\nimage: {digest: old} # by hand\n";
//! let files = BTreeMap::from([("apps/shop/dev/values.yaml".to_owned(), text.to_owned())]);
//! let promotion = plan(&request, &[target], &files)?;
//! assert_eq!(promotion.title, "promote shop 2.0.0 to dev");
//! let content = &promotion.files["apps/shop/dev/values.yaml"];
//! assert!(content.starts_with("# the shop\nimage: {digest: ") && content.ends_with("} # by hand\n"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod body;
mod edit;
mod error;
mod gate;
mod marker;
mod plan;
mod target;

pub use body::{BUDGET, Rendered};
pub use error::{Error, OutOfOrder};
pub use gate::Previous;
pub use marker::Marker;
pub use plan::{Promotion, Request, plan};
pub use target::{Target, TargetError};
