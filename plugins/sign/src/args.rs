use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use towpath_model::{Diagnostic, Kind};
use towpath_oci::{ClientOptions, CredentialSource};
use towpath_report::OutputArgs;
use towpath_sign::{Format, Formats};

use crate::{KeySource, PasswordSource};

/// Signs images and verifies their signatures, as cosign does and readable to it.
#[derive(Debug, Parser)]
#[command(name = "towpath-sign", version, after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXAMPLES: &str = "\
Examples:
  towpath-sign key generate                     makes cosign.key and cosign.pub; asks for a password
  towpath-sign sign registry.example.com/shop@sha256:… --key cosign.key
  towpath-sign sign --release release.json --key env://SIGNING_KEY
  towpath-sign verify registry.example.com/shop@sha256:… --key cosign.pub
  towpath-sign key public --key cosign.key > cosign.pub

A private key's password comes from --password-file, TOWPATH_KEY_PASSWORD or COSIGN_PASSWORD,
else from the terminal. Registry credentials come from Docker's configuration.

Exit codes: 0 done, or verified; 1 not verified; 2 wrong input, such as a tag or a wrong password;
3 the registry or the file system failed; 4 a defect of Towpath.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Sign an image; signing again with the same key changes nothing
    Sign(Sign),
    /// Verify that an image is signed by a key; an attestation is not enough
    Verify(Verify),
    /// Make keys and show their public halves
    #[command(subcommand)]
    Key(Key),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Sign {
    #[command(flatten)]
    pub(crate) image: Image,
    /// The private key: a file, or `env://NAME` for the content of a variable
    #[arg(long, value_name = "KEY")]
    pub(crate) key: KeySource,
    #[command(flatten)]
    pub(crate) password: Password,
    /// In which format; the legacy one is read by every cosign, bundles are the default of cosign 3
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: FormatArg,
    #[command(flatten)]
    pub(crate) registry: Registry,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Verify {
    #[command(flatten)]
    pub(crate) image: Image,
    /// The public key: a file, or `env://NAME` for the content of a variable
    #[arg(long, value_name = "KEY")]
    pub(crate) key: KeySource,
    /// Which formats are accepted
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: FormatArg,
    #[command(flatten)]
    pub(crate) registry: Registry,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Key {
    /// Make a key pair: PREFIX.key, encrypted, and PREFIX.pub; nothing is overwritten
    Generate {
        /// What the files' names begin with
        #[arg(long, value_name = "PREFIX", default_value = "cosign")]
        output_prefix: PathBuf,
        #[command(flatten)]
        password: Password,
    },
    /// Print the public half of a private key
    Public {
        /// The private key: a file, or `env://NAME` for the content of a variable
        #[arg(long, value_name = "KEY")]
        key: KeySource,
        #[command(flatten)]
        password: Password,
    },
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Image {
    /// The image by its digest: name@sha256:…
    #[arg(value_name = "IMAGE@DIGEST", required_unless_present = "release")]
    pub(crate) image: Option<String>,
    /// A release document, whose image is meant; signing records the signatures in it
    #[arg(long, value_name = "FILE")]
    pub(crate) release: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Password {
    /// A file that holds the private key's password; a line end behind it does not count
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Registry")]
pub(crate) struct Registry {
    /// A registry that speaks plain HTTP, as HOST or HOST:PORT; loopback addresses always may
    #[arg(long, value_name = "REGISTRY")]
    plain_http: Vec<String>,
    /// A file with further certificate authorities, in PEM
    #[arg(long, value_name = "FILE")]
    ca_file: Vec<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum FormatArg {
    /// Both formats
    #[default]
    Both,
    /// An image at the tag sha256-<digest>.sig
    Legacy,
    /// A Sigstore bundle that refers to the image
    Bundle,
}

impl From<FormatArg> for Formats {
    fn from(format: FormatArg) -> Self {
        match format {
            FormatArg::Both => Self::Both,
            FormatArg::Legacy => Self::Only(Format::Legacy),
            FormatArg::Bundle => Self::Only(Format::Bundle),
        }
    }
}

impl Password {
    pub(crate) fn source(self) -> PasswordSource {
        self.password_file.map_or(PasswordSource::Ask, PasswordSource::File)
    }
}

impl Registry {
    /// Returns the client's options, with the authorities read.
    pub(crate) fn options(self) -> Result<ClientOptions, Diagnostic> {
        let read = |path: &PathBuf| {
            std::fs::read(path).map_err(|error| {
                Diagnostic::new(Kind::Usage, format!("cannot read `{}`", path.display())).cause(error.to_string())
            })
        };
        Ok(ClientOptions {
            credentials: CredentialSource::docker(),
            plain_http: self.plain_http,
            authorities: self.ca_file.iter().map(read).collect::<Result<_, _>>()?,
            ..ClientOptions::default()
        })
    }
}
