//! OCI images and registries: a client, an image assembler, image layouts, and a registry that runs in this process.
//!
//! Everything that is read is checked against its digest before it counts, everything that is written may be written
//! again. It is no container engine: it runs nothing and unpacks nothing onto a disk.
//!
//! ```
//! use towpath_oci::{Client, ClientOptions, Manifest, RawManifest, Reference, Registry, media_type};
//!
//! # tokio::runtime::Runtime::new()?.block_on(async {
//! let registry = Registry::default().start().await?;
//! let name = registry.repository("acme/shop")?;
//! let client = Client::new(ClientOptions::default())?;
//!
//! let config = client.put_bytes(&name, media_type::CONFIG, "{}").await?;
//! let manifest = RawManifest::of_manifest(&Manifest::new(config, Vec::new()))?;
//! let digest = client.put_manifest(&name, &Reference::tag("1.0")?, &manifest).await?;
//!
//! assert_eq!(client.get_manifest(&name, &Reference::Digest(digest)).await?, manifest);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod assemble;
mod client;
mod credentials;
mod descriptor;
mod error;
mod gzip;
mod layout;
mod manifest;
pub mod media_type;
mod reference;
mod registry;
mod source;
mod validate;

pub use assemble::{
    AssembleError, Assembled, BaseImage, Content, Entry, FileCopy, Image, ImagePlan, Layer, Parents, PushSummary,
    Settings, assemble, load_entries,
};
pub use client::{BlobSource, Client, ClientOptions, Identity, Loopback, Pushed, Retry, Tls, Trust};
pub use credentials::{CredentialSource, Credentials, CredentialsError, Holder};
pub use descriptor::{Descriptor, Platform, PlatformError};
pub use error::RegistryError;
pub use layout::{Layout, LayoutError};
pub use manifest::{Index, Manifest, RawManifest};
pub use reference::{ImageReference, Reference, ReferenceError, Tag};
pub use registry::{Registry, RunningRegistry};
pub use source::{ImageSource, SourceError};
pub use validate::{InvalidImage, validate};
