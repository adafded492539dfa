use towpath_model::{ImageName, PinnedImage, Span};

use crate::{
    ConfigError,
    read::{Field, Table},
};

/// What the service's image holds and where it goes.
#[derive(Debug, Clone, PartialEq)]
pub struct Image {
    /// The repository it is pushed to.
    pub repository: ImageName,
    /// What it stands on.
    pub from: BaseImage,
    /// What is put onto that.
    pub contents: Contents,
    /// Where `contents` stands in the file.
    pub contents_span: Span,
    /// `os/architecture`, in the order written; never empty.
    pub platforms: Vec<String>,
    /// The entry point; empty to keep the base's.
    pub entrypoint: Vec<String>,
    /// The default arguments; empty to keep the base's.
    pub cmd: Vec<String>,
    /// Environment variables in the order written.
    pub env: Vec<(String, String)>,
    /// Labels in the order written.
    pub labels: Vec<(String, String)>,
    /// `uid`, `uid:gid` or a name that the base knows.
    pub user: Option<String>,
    /// The working directory.
    pub workdir: Option<String>,
    /// Exposed ports: `8080` or `8080/udp`.
    pub expose: Vec<String>,
    /// How it is signed.
    pub sign: Option<Signing>,
}

/// What an image stands on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BaseImage {
    /// Nothing.
    Scratch,
    /// An image of a registry, by digest.
    Registry(PinnedImage),
    /// An OCI layout: `oci:PATH`.
    Layout(String),
}

/// What is put into an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Contents {
    /// Files.
    Files(Vec<FileEntry>),
    /// A static binary, which becomes the entry point; `{arch}` stands for the platform's architecture.
    Binary(String),
    /// A Spring Boot jar.
    Jar(String),
    /// A Dockerfile.
    Dockerfile(String),
}

/// A file on its way into an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEntry {
    /// The file or folder, relative to the configuration; `{arch}` stands for the platform's architecture.
    pub from: String,
    /// The absolute path in the image.
    pub to: String,
    /// Permission bits; absent to keep whether it is executable and nothing else.
    pub mode: Option<u32>,
}

/// How an image is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signing {
    /// With a key.
    Key(Key),
    /// With an identity, without a key of one's own.
    Keyless,
}

/// Where a key is: a path, or `env://NAME`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// The variable's value is the key.
    Environment(String),
    /// The file holds the key.
    File(String),
}

impl Key {
    /// Returns the key's place from how it is written.
    pub fn parse(text: &str) -> Self {
        match text.strip_prefix("env://") {
            Some(name) => Self::Environment(name.to_owned()),
            None => Self::File(text.to_owned()),
        }
    }
}

const KEYS: &[&str] = &[
    "repository",
    "from",
    "jar",
    "binary",
    "files",
    "dockerfile",
    "platforms",
    "entrypoint",
    "cmd",
    "env",
    "labels",
    "user",
    "workdir",
    "expose",
    "sign",
];

impl Image {
    pub(crate) fn read(field: Field<'_>) -> Result<Self, ConfigError> {
        let table = field.table(KEYS)?;
        let (contents, contents_span) = contents(&table)?;
        let texts = |key| table.get(key).map_or_else(|| Ok(Vec::new()), |field| field.texts());
        let text = |key| table.get(key).map(|field| field.text().map(str::to_owned)).transpose();
        let pairs = |key| -> Result<Vec<(String, String)>, ConfigError> {
            let Some(field) = table.get(key) else { return Ok(Vec::new()) };
            field.pairs()?.into_iter().map(|(name, value)| Ok((name, value.text()?.to_owned()))).collect()
        };
        let repository = table.need("repository")?;
        Ok(Self {
            repository: repository
                .parsed("an image name without tag or digest, such as registry.example.com/pay/payments", |text| {
                    text.parse().ok()
                })?,
            from: table.get("from").map_or(Ok(BaseImage::Scratch), |field| base(&field))?,
            contents,
            contents_span,
            platforms: platforms(&table)?,
            entrypoint: texts("entrypoint")?,
            cmd: texts("cmd")?,
            env: pairs("env")?,
            labels: pairs("labels")?,
            user: text("user")?,
            workdir: text("workdir")?,
            expose: texts("expose")?,
            sign: table.get("sign").map(signing).transpose()?,
        })
    }
}

fn contents(table: &Table<'_>) -> Result<(Contents, Span), ConfigError> {
    let (key, field) = table.one_of(&["binary", "files", "jar", "dockerfile"])?;
    let span = field.node.span();
    let contents = match key {
        "binary" => Contents::Binary(field.text()?.to_owned()),
        "jar" => Contents::Jar(field.text()?.to_owned()),
        "dockerfile" => Contents::Dockerfile(field.text()?.to_owned()),
        _ => Contents::Files(field.list()?.into_iter().map(file).collect::<Result<_, _>>()?),
    };
    Ok((contents, span))
}

fn file(field: Field<'_>) -> Result<FileEntry, ConfigError> {
    let table = field.table(&["from", "to", "mode"])?;
    let to = table.need("to")?;
    let octal = |text: &str| u32::from_str_radix(text, 8).ok().filter(|mode| *mode <= 0o7777);
    Ok(FileEntry {
        from: table.need("from")?.text()?.to_owned(),
        to: to.parsed("an absolute path in the image", |text| text.starts_with('/').then(|| text.to_owned()))?,
        mode: table
            .get("mode")
            .map(|field| field.parsed("octal permissions in quotes, such as \"0755\"", octal))
            .transpose()?,
    })
}

fn base(field: &Field<'_>) -> Result<BaseImage, ConfigError> {
    let text = field.text()?;
    if text == "scratch" {
        return Ok(BaseImage::Scratch);
    }
    if let Some(path) = text.strip_prefix("oci:") {
        return Ok(BaseImage::Layout(path.to_owned()));
    }
    text.parse().map(BaseImage::Registry).map_err(|_| {
        let hint = "a tag can move; write the digest that it has now: name@sha256:…";
        field.wrong(text, "`scratch`, an image with its digest, or `oci:` and a folder", Some(hint))
    })
}

fn platforms(table: &Table<'_>) -> Result<Vec<String>, ConfigError> {
    let Some(field) = table.get("platforms") else { return Ok(vec!["linux/amd64".to_owned()]) };
    let mut platforms: Vec<String> = Vec::new();
    for item in field.list()? {
        let platform = item.parsed("os/architecture, such as linux/arm64", |text| {
            let parts: Vec<&str> = text.split('/').collect();
            let named = parts.iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric()));
            ((2..=3).contains(&parts.len()) && named).then(|| text.to_owned())
        })?;
        if platforms.contains(&platform) {
            return Err(item.wrong(platform, "each platform once", None));
        }
        platforms.push(platform);
    }
    if platforms.is_empty() {
        return Err(field.wrong("[]", "at least one platform", None));
    }
    Ok(platforms)
}

fn signing(field: Field<'_>) -> Result<Signing, ConfigError> {
    let table = field.table(&["key", "keyless"])?;
    Ok(match table.one_of(&["key", "keyless"])? {
        ("key", field) => Signing::Key(Key::parse(field.text()?)),
        (_, field) => {
            field.table(&[])?;
            Signing::Keyless
        }
    })
}
