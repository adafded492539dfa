use std::{collections::BTreeSet, path::Path};

use towpath_config::{BaseImage, Config, Contents};
use towpath_model::{Diagnostic, Kind};
use towpath_oci::Platform;

use crate::{Base, FileSpec, Options};

impl Options {
    /// Returns the build that `config` describes; its paths are relative to `folder`.
    ///
    /// # Errors
    /// When it describes no image, or one of a jar or a Dockerfile.
    pub fn from_config(config: &Config, folder: &Path) -> Result<Self, Diagnostic> {
        let Some(image) = &config.image else {
            return Err(Diagnostic::new(Kind::Usage, format!("`{}` describes no image", config.file()))
                .hint("add `image:` with its repository and what it holds"));
        };
        let mut options = Self::new(image.repository.clone());
        folder.clone_into(&mut options.folder);
        let unsupported = |key: &str| {
            Diagnostic::new(Kind::Usage, format!("`image.{key}` is not supported yet"))
                .at(config.location(image.contents_span))
                .hint("use `binary:` or `files:`")
        };
        match &image.contents {
            Contents::Binary(path) => options.binary = Some(path.clone()),
            Contents::Files(files) => {
                let spec = |file: &towpath_config::FileEntry| FileSpec {
                    from: file.from.clone(),
                    to: file.to.clone(),
                    mode: file.mode,
                };
                options.files = files.iter().map(spec).collect();
            }
            Contents::Jar(_) => return Err(unsupported("jar")),
            Contents::Dockerfile(_) => return Err(unsupported("dockerfile")),
        }
        options.base = match &image.from {
            BaseImage::Scratch => Base::Scratch,
            BaseImage::Registry(image) => Base::Registry(image.clone()),
            BaseImage::Layout(path) => layout_base(path, folder),
        };
        options.platforms = image.platforms.iter().map(|text| parse_platform(text)).collect::<Result<_, _>>()?;
        let some = |list: &Vec<String>| (!list.is_empty()).then(|| list.clone());
        let settings = &mut options.settings;
        (settings.entrypoint, settings.cmd) = (some(&image.entrypoint), some(&image.cmd));
        settings.env.extend(image.env.iter().cloned());
        settings.labels.extend(image.labels.iter().cloned());
        settings.user.clone_from(&image.user);
        settings.workdir.clone_from(&image.workdir);
        settings.ports = parse_ports(&image.expose)?;
        Ok(options)
    }
}

/// Returns the base `DIR` or `DIR:NAME`, the folder relative to `folder`.
pub(crate) fn layout_base(text: &str, folder: &Path) -> Base {
    let (path, name) = match text.rsplit_once(':') {
        Some((path, name)) if !name.contains('/') && !name.is_empty() => (path, Some(name.to_owned())),
        _ => (text, None),
    };
    Base::Layout { folder: folder.join(path), name }
}

pub(crate) fn parse_platform(text: &str) -> Result<Platform, Diagnostic> {
    text.parse().map_err(|error| Diagnostic::from_error(Kind::Usage, &error as &towpath_oci::PlatformError))
}

/// Returns ports as `8080/tcp`; TCP is what a number alone means.
pub(crate) fn parse_ports(written: &[String]) -> Result<BTreeSet<String>, Diagnostic> {
    let port = |text: &String| {
        let (number, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
        let known = matches!(protocol, "tcp" | "udp" | "sctp") && number.parse::<u16>().is_ok_and(|port| port > 0);
        known.then(|| format!("{number}/{protocol}")).ok_or_else(|| {
            Diagnostic::new(Kind::Usage, format!("port `{text}` is not a number from 1 to 65535 with `/tcp` or `/udp`"))
        })
    };
    written.iter().map(port).collect()
}
