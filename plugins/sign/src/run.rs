use std::future::Future;

use serde_json::json;
use towpath_model::{Diagnostic, Digest, Kind, PinnedImage, Release};
use towpath_oci::Client;
use towpath_report::{Outcome, OutputArgs, OutputFormat, Plugin, Report, Style};
use towpath_sign::{Policy, PublicKey, SignedImage};

use crate::{
    Args, KeyFiles, Written,
    args::{Command, Image, Key, Sign, Verify},
    parse_image, release_file, sign_image, verify_image,
};

impl Plugin for Args {
    fn output(&self) -> &OutputArgs {
        &self.output
    }

    fn run(self, report: &Report) -> Result<Outcome, Diagnostic> {
        match self.command {
            Command::Sign(options) => run_sign(options, report),
            Command::Verify(options) => run_verify(options, report),
            Command::Key(Key::Generate { output_prefix, password }) => {
                let files = KeyFiles::with_prefix(&output_prefix);
                let written = files.generate(&password.source())?;
                show_pair(&files, &written, report)
            }
            Command::Key(Key::Public { key, password }) => {
                show_public(&key.load_private(&password.source())?.public(), report)
            }
        }?;
        Ok(Outcome::Done)
    }
}

fn run_sign(options: Sign, report: &Report) -> Result<(), Diagnostic> {
    let (image, release) = meant(&options.image)?;
    let client = Client::new(options.registry.options()?).map_err(|error| error.diagnostic())?;
    let key = options.key.load_private(&options.password.source())?;
    let progress = report.progress(&format!("signing {image}"));
    let signed = block_on(sign_image(&client, &image, &key, options.format.into()))?;
    drop(progress);
    if let (Some(path), Some(mut release)) = (&options.image.release, release) {
        let mut manifests: Vec<Digest> = signed.signatures().iter().map(|signature| signature.manifest).collect();
        manifests.dedup();
        release.signatures = manifests;
        release_file::store(path, &release)?;
    }
    show_signed("signed", &signed, report)
}

fn run_verify(options: Verify, report: &Report) -> Result<(), Diagnostic> {
    let (image, _) = meant(&options.image)?;
    let client = Client::new(options.registry.options()?).map_err(|error| error.diagnostic())?;
    let key = options.key.load_public()?;
    let progress = report.progress(&format!("verifying {image}"));
    let signed = block_on(verify_image(&client, &image, &key, Policy { formats: options.format.into() }))?;
    drop(progress);
    show_signed("verified", &signed, report)
}

/// Returns the image that is meant, and the release if one was given.
fn meant(options: &Image) -> Result<(PinnedImage, Option<Release>), Diagnostic> {
    let named = options.image.as_deref().map(parse_image).transpose()?;
    let release = options.release.as_deref().map(release_file::load).transpose()?;
    Ok((release_file::image(named, release.as_ref())?, release))
}

/// Shows the image as data, so that the next command can take it, and its signatures for people.
fn show_signed(done: &str, signed: &SignedImage, report: &Report) -> Result<(), Diagnostic> {
    let signatures = signed.signatures();
    if report.format() == OutputFormat::Json {
        let signatures =
            signatures.iter().map(|found| json!({ "format": found.format.as_str(), "manifest": found.manifest }));
        return report.json(&json!({
            "apiVersion": Release::API_VERSION,
            "kind": "SignedImage",
            "image": signed.image(),
            "signatures": signatures.collect::<Vec<_>>(),
        }));
    }
    report.line(Style::Good, &format!("{done} {signed}"));
    for signature in signatures {
        report.line(Style::Dim, &format!("  {} signature {}", signature.format, signature.manifest));
    }
    report.data(format!("{signed}\n").as_bytes())
}

fn show_pair(files: &KeyFiles, written: &Written, report: &Report) -> Result<(), Diagnostic> {
    let (Written::Pair(key) | Written::PublicHalf(key)) = written;
    if report.format() == OutputFormat::Json {
        return report.json(&json!({
            "apiVersion": Release::API_VERSION,
            "kind": "KeyPair",
            "privateKeyFile": files.private.to_string_lossy(),
            "publicKeyFile": files.public.to_string_lossy(),
            "publicKey": pem(key)?,
        }));
    }
    match written {
        Written::Pair(_) => report.line(Style::Good, &format!("private key in {}", files.private.display())),
        Written::PublicHalf(_) => {
            report.line(Style::Notice, &format!("{} existed and was kept", files.private.display()));
        }
    }
    report.line(Style::Good, &format!("public key in {}", files.public.display()));
    Ok(())
}

fn show_public(key: &PublicKey, report: &Report) -> Result<(), Diagnostic> {
    if report.format() == OutputFormat::Json {
        let document = json!({ "apiVersion": Release::API_VERSION, "kind": "PublicKey", "publicKey": pem(key)? });
        return report.json(&document);
    }
    report.data(pem(key)?.as_bytes())
}

fn pem(key: &PublicKey) -> Result<String, Diagnostic> {
    key.to_pem().map_err(|error| error.diagnostic())
}

fn block_on<T>(work: impl Future<Output = Result<T, Diagnostic>>) -> Result<T, Diagnostic> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime
        .map_err(|error| Diagnostic::new(Kind::Remote, "cannot start the network runtime").cause(error.to_string()))?;
    runtime.block_on(work)
}
