use serde_json::json;
use towpath_model::{Diagnostic, Kind, PinnedImage, Release};
use towpath_oci::{Client, PushSummary};
use towpath_report::{Outcome, OutputArgs, OutputFormat, Plugin, Report, Style};

use crate::{Args, Built, Options, build, build::check_twice, release_file};

impl Plugin for Args {
    fn output(&self) -> &OutputArgs {
        &self.output
    }

    fn run(self, report: &Report) -> Result<Outcome, Diagnostic> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| {
            Diagnostic::new(Kind::Remote, "cannot start the network runtime").cause(error.to_string())
        })?;
        let check = self.check;
        let request = self.request()?;
        let client = Client::new(request.client).map_err(|error| error.diagnostic())?;
        let options = request.options;
        let progress = report.progress(&format!("building {}", options.repository));
        if check {
            let digest = runtime.block_on(check_twice(&client, &options))?;
            drop(progress);
            report.line(Style::Good, "built twice, the same image");
            show(report, &PinnedImage::new(options.repository, digest), &json!({ "checked": true }))?;
            return Ok(Outcome::Done);
        }
        let built = runtime.block_on(build(&client, &options))?;
        drop(progress);
        if let Some(release) = request.release {
            release_file::update(&release.path, release.naming(&built.image), &built.image)?;
            report.line(Style::Dim, &format!("release recorded in {}", release.path.display()));
        }
        tell(report, &built, &options);
        show(report, &built.image, &details(&built, &options))?;
        Ok(Outcome::Done)
    }
}

/// Shows the pinned name as data, alone or in the document.
fn show(report: &Report, image: &PinnedImage, details: &serde_json::Value) -> Result<(), Diagnostic> {
    if report.format() == OutputFormat::Text {
        return report.data(format!("{image}\n").as_bytes());
    }
    let mut document = json!({ "apiVersion": Release::API_VERSION, "kind": "BuiltImage", "image": image });
    if let (Some(document), Some(details)) = (document.as_object_mut(), details.as_object()) {
        document.extend(details.clone());
    }
    report.json(&document)
}

fn details(built: &Built, options: &Options) -> serde_json::Value {
    let platforms = built
        .platforms
        .iter()
        .map(|built| json!({ "platform": built.platform.to_string(), "digest": built.digest, "size": built.size }));
    let pushed = |summary: &PushSummary| {
        json!({
            "uploaded": summary.n_uploaded,
            "uploadedBytes": summary.uploaded_bytes,
            "mounted": summary.n_mounted,
            "existed": summary.n_existed,
        })
    };
    json!({
        "tags": options.tags.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "platforms": platforms.collect::<Vec<_>>(),
        "pushed": built.pushed.as_ref().map(pushed),
        "layout": options.destination.layout,
    })
}

fn tell(report: &Report, built: &Built, options: &Options) {
    for platform in &built.platforms {
        let size = platform.size / 1024;
        report.line(Style::Dim, &format!("  {} {} ({size} KiB)", platform.platform, platform.digest));
    }
    if let Some(layout) = &options.destination.layout {
        report.line(Style::Good, &format!("written to {}", layout.display()));
    }
    match &built.pushed {
        Some(PushSummary { n_uploaded, uploaded_bytes, n_mounted, n_existed }) => {
            let moved = format!("{n_uploaded} blobs sent ({} KiB)", uploaded_bytes / 1024);
            report.line(Style::Good, &format!("pushed: {moved}, {n_mounted} mounted, {n_existed} already there"));
        }
        None if options.destination.layout.is_none() => {
            report.line(Style::Notice, "built, but kept nowhere: add --push or --layout FOLDER");
        }
        None => {}
    }
}
