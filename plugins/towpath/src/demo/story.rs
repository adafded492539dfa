//! The way of each release, stage by stage.

use std::{path::Path, time::Instant};

use towpath_forge::{Edit, Identity, LocalForge, Proposal};
use towpath_helm::Profile;
use towpath_model::{Diagnostic, Kind, Release, TreePath};
use towpath_plugin_build::{Options, build};
use towpath_plugin_promote::{MergeOptions, OpenOptions, load_release, merge, propose, save_release, verify};
use towpath_plugin_sign::sign_image;
use towpath_render::{Service, difference};
use towpath_report::{Report, Style};
use towpath_sign::{Formats, SignedImage};

use super::{
    journey::{Arrival, Built, Clients, Journey, Outcome, Way},
    node::workloads,
    production::Production,
    world::{BRANCH, SERVICE, World, edit, write},
};

/// What a release is like; its image holds these figures, and the shop does as they say.
pub(super) struct Chapter {
    /// The version people speak of.
    pub(super) version: &'static str,
    /// What is different about it.
    about: &'static str,
    /// The share of requests that it fails.
    error_share: f64,
    /// How long it takes to answer, in milliseconds.
    latency_ms: f64,
}

const CHAPTERS: &[Chapter] = &[
    Chapter {
        version: "1.0.0",
        about: "The first release: 0.5 % of its answers are errors.",
        error_share: 0.005,
        latency_ms: 2.0,
    },
    Chapter {
        version: "1.1.0",
        about: "Answers faster, with the same 0.5 % of errors.",
        error_share: 0.005,
        latency_ms: 1.0,
    },
    Chapter {
        version: "1.2.0",
        about: "Has a defect that tests did not find: 8 % of its answers are errors.",
        error_share: 0.08,
        latency_ms: 1.0,
    },
];

/// Lets all releases travel and returns what happened.
///
/// # Errors
/// When a stage fails, or a release ends otherwise than its figures say it must.
pub(super) async fn tell(folder: &Path, seconds: i64, report: &Report) -> Result<Journey, Diagnostic> {
    let started = Instant::now();
    let progress = report.progress("making a registry, two repositories and a key");
    let world = World::make(folder, seconds).await?;
    drop(progress);
    let registry = world.registry.address();
    report.line(Style::Dim, &format!("registry at {registry}, repositories and key in {}", world.folder.display()));
    let mut production: Option<Production> = None;
    let mut releases: Vec<Way> = Vec::new();
    for chapter in CHAPTERS {
        let before = releases.iter().rev().find(|way| way.outcome == Outcome::Promoted).map(|way| way.release.clone());
        releases.push(travel(&world, chapter, before, &mut production, report).await?);
    }
    let clients = match production {
        Some(production) => production.stop().await?,
        None => Clients::default(),
    };
    let serving = workloads(&rendered(&world, "prod")?)?.into_iter().find(|workload| workload.track == "stable");
    let serving = serving.ok_or_else(|| Diagnostic::new(Kind::Bug, "nothing serves production"))?;
    world.registry.stop().await;
    Ok(Journey { releases, deployed: serving.image, clients, seconds: started.elapsed().as_secs_f64() })
}

async fn travel(
    world: &World,
    chapter: &Chapter,
    before: Option<Release>,
    production: &mut Option<Production>,
    report: &Report,
) -> Result<Way, Diagnostic> {
    report.line(Style::Strong, &format!("\nRelease {}: {}", chapter.version, chapter.about));
    let revision = change_source(world, chapter)?;
    let progress = report.progress("building and pushing the image");
    let (image, built) = assemble(world).await?;
    drop(progress);
    let figures =
        format!("{} blobs sent, {} there already, built twice with one digest", built.uploaded, built.present);
    report.line(Style::Plain, &format!("  built     {image} ({figures})"));

    let signed = sign_image(&world.client, &image, &world.key, Formats::Both).await?;
    let mut formats: Vec<String> = signed.signatures().iter().map(|signature| signature.format.to_string()).collect();
    formats.sort();
    formats.dedup();
    report.line(Style::Plain, &format!("  signed    {}, and verified", formats.join(" and ")));
    let mut release = Release::new(world.config.name.as_str(), chapter.version, image.clone());
    release.revision = Some(revision);
    release.signatures = signed.signatures().iter().map(|signature| signature.manifest).collect();
    save_release(&release_file(world, chapter.version), &release)?;

    let mut arrivals = Vec::new();
    for environment in &world.config.environments {
        let arrival = promote(world, chapter.version, &environment.name).await?;
        tell_arrival("promoted", &arrival, report);
        arrivals.push(arrival);
        if environment.canary.is_none() {
            let answers = Production::try_out(world, &rendered(world, &environment.name)?, &environment.name).await?;
            report.line(Style::Plain, &format!("  runs      {}: {answers}", environment.name));
        }
    }
    let (shift, outcome) = if let (Some(production), Some(before)) = (production.as_mut(), before) {
        let (shift, outcome) = production.shift(world, chapter.version, &before.version, report).await?;
        let (what, arrival) = match outcome {
            Outcome::Promoted => ("stable", make_stable(world, &release)?),
            Outcome::RolledBack => ("undone", promote(world, &before.version, "prod").await?),
        };
        tell_arrival(what, &arrival, report);
        arrivals.push(arrival);
        production.settle(world, outcome, chapter.version).await?;
        (Some(shift), outcome)
    } else {
        let arrival = make_stable(world, &release)?;
        tell_arrival("stable", &arrival, report);
        arrivals.push(arrival);
        *production = Some(Production::start(world, chapter.version).await?);
        report.line(Style::Plain, "  serves    production, as the first release");
        (None, Outcome::Promoted)
    };
    let release = load_release(&release_file(world, chapter.version))?;
    let (version, about) = (chapter.version.to_owned(), chapter.about.to_owned());
    Ok(Way { version, about, image, release, built, signatures: formats, arrivals, shift, outcome })
}

/// Changes the source as a developer would, and returns the commit.
fn change_source(world: &World, chapter: &Chapter) -> Result<String, Diagnostic> {
    let figures = serde_json::json!({
        "version": chapter.version,
        "errorShare": chapter.error_share,
        "latencyMs": chapter.latency_ms,
        "seed": chapter.version.bytes().map(u64::from).sum::<u64>(),
    });
    let content = format!("{figures:#}\n").into_bytes();
    write(&world.folder.join("source/release.json"), &content)?;
    let edits = vec![Edit { path: "release.json".to_owned(), content }];
    let merged = change(world, &world.source, "source", edits, &format!("shop {}", chapter.version), chapter.about)?;
    Ok(merged.1)
}

/// Builds the image twice, pushes it and returns it.
async fn assemble(world: &World) -> Result<(towpath_model::PinnedImage, Built), Diagnostic> {
    let started = Instant::now();
    let mut options = Options::from_config(&world.config, &world.folder.join("source"))?;
    let first = build(&world.client, &options).await?;
    options.destination.push = towpath_plugin_build::Push::Yes;
    let second = build(&world.client, &options).await?;
    if first.image != second.image {
        let message = format!("two builds differ: {} and {}", first.image, second.image);
        return Err(Diagnostic::new(Kind::Bug, message));
    }
    let pushed = second.pushed.ok_or_else(|| Diagnostic::new(Kind::Bug, "the image was not pushed"))?;
    let (uploaded, present) = (pushed.n_uploaded, pushed.n_existed + pushed.n_mounted);
    Ok((second.image, Built { uploaded, present, seconds: started.elapsed().as_secs_f64() }))
}

/// Opens the pull request of a release for an environment and merges it.
async fn promote(world: &World, version: &str, to: &str) -> Result<Arrival, Diagnostic> {
    let release = release_file(world, version);
    let public = towpath_config::Key::File(world.folder.join("cosign.pub").display().to_string());
    let options = OpenOptions {
        to: to.to_owned(),
        release: release.clone(),
        key: public,
        registry: towpath_oci::ClientOptions::default(),
        place: world.place(),
    };
    let document = load_release(&release)?;
    let signed: SignedImage = verify(&document.image, &options).await?;
    let place = towpath_plugin_promote::Place::find(&options.place)?;
    let opened = propose(&place, &document, &signed, to)?;
    let pull = opened.pull.ok_or_else(|| Diagnostic::new(Kind::Bug, format!("nothing to promote to {to}")))?;
    let merged = merge(&MergeOptions { to: to.to_owned(), release, head: Some(pull.head), place: world.place() })?;
    let difference = opened
        .difference
        .ok_or_else(|| Diagnostic::new(Kind::Bug, format!("the manifests of {to} were not rendered")))?;
    let summary = difference.summary();
    Ok(Arrival {
        environment: to.to_owned(),
        pull: pull.number,
        title: pull.title,
        commit: merged.commit.to_string(),
        difference: difference.unified(),
        summary,
    })
}

fn tell_arrival(what: &str, arrival: &Arrival, report: &Report) {
    let Arrival { environment, pull, title, summary, .. } = arrival;
    report.line(Style::Plain, &format!("  {what:<9} {environment}: pull request #{pull} merged: {title} ({summary})"));
}

/// Lets stable run what the canary ran, by a pull request of its own.
fn make_stable(world: &World, release: &Release) -> Result<Arrival, Diagnostic> {
    let file = format!("{SERVICE}/deploy/prod/values.yaml");
    let tip = world.gitops.tip(BRANCH).map_err(|error| error.diagnostic())?;
    let content = world.gitops.read(tip, &file).map_err(|error| error.diagnostic())?.unwrap_or_default();
    let text = String::from_utf8_lossy(&content);
    let edited = edit(&file, &text, "/image/stable", &release.image.digest().to_string())?;
    let before = rendered(world, "prod")?;
    let edits = vec![Edit { path: file, content: edited.into_bytes() }];
    let title = format!("make {} {} stable in prod", release.service, release.version);
    let (pull, commit) = change(world, &world.gitops, "prod-stable", edits, &title, "The canary held.")?;
    let changed = difference(&before, &rendered(world, "prod")?, 3)?;
    let summary = changed.summary();
    let difference = changed.unified();
    Ok(Arrival { environment: "prod".to_owned(), pull, title, commit, difference, summary })
}

/// Makes a change by a pull request and merges it; returns its number and the commit.
fn change(
    world: &World,
    forge: &LocalForge,
    purpose: &str,
    edits: Vec<Edit>,
    title: &str,
    body: &str,
) -> Result<(u64, String), Diagnostic> {
    let told = |error: towpath_forge::Error| error.diagnostic();
    let identity = Identity::new(BRANCH, &world.config.name, purpose).map_err(told)?;
    let proposal = Proposal {
        identity: identity.clone(),
        base: forge.tip(BRANCH).map_err(told)?,
        edits,
        title: title.to_owned(),
        body: body.to_owned(),
        stamp: world.stamp.clone(),
    };
    let proposed = forge.propose(&proposal).map_err(told)?;
    let pull = proposed.pull.ok_or_else(|| Diagnostic::new(Kind::Bug, format!("`{title}` changes nothing")))?;
    let merged = forge.merge(&identity, pull.head, &world.stamp).map_err(told)?;
    Ok((pull.number, merged.commit.to_string()))
}

/// Returns an environment's manifests as the repository has them now: what Argo CD would apply.
pub(super) fn rendered(world: &World, environment: &str) -> Result<String, Diagnostic> {
    let file =
        TreePath::parse(&format!("{SERVICE}/towpath.yaml")).map_err(|e| Diagnostic::from_error(Kind::Bug, &e))?;
    Service::in_repository(world.gitops.path(), BRANCH, &file)?.render(environment, None, Profile::default())
}

fn release_file(world: &World, version: &str) -> std::path::PathBuf {
    world.folder.join(format!("release-{version}.json"))
}
