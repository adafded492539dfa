//! `towpath-render build`: the flags of `kustomize build` become options of the library.

mod args;
mod programs;
mod quick;

use std::{fs, path::Path, sync::Arc};

use kustomize_rs::{Helm, LoadRestrictor, ManagedBy, Options, Order, Output};
use towpath_model::{Diagnostic, Kind};
use towpath_render::{Inflation, build_kustomization, source::Bases};
use towpath_report::{OutputFormat, Report};

use self::args::{LoadRestrictor as Rule, Reorder};
pub(crate) use self::{args::Build, quick::parse as quick};

/// Where a build went.
pub(crate) enum Built {
    /// Nowhere yet.
    Text(String),
    /// To standard output, or into a file or files.
    Written,
}

impl Build {
    /// Builds, warns, and writes where `-o` says.
    pub(crate) fn run(&self, report: &Report) -> Result<Built, Diagnostic> {
        self.warn_of_flags(report);
        let output = build_kustomization(&self.target, &self.options(report)?)?;
        for warning in &output.warnings {
            report.warn(warning.trim_start_matches("# ").trim_start_matches("Warning: "));
        }
        match &self.path {
            None => {
                let done = match report.format() {
                    OutputFormat::Json => Ok(Built::Text(output.to_yaml())),
                    OutputFormat::Text => {
                        output.write_yaml(|piece| report.data(piece.as_bytes())).map(|()| Built::Written)
                    }
                };
                // The process ends soon: what it holds need not be given back piece by piece.
                std::mem::forget(output);
                done
            }
            Some(path) if path.is_dir() => write_files(&output, path),
            Some(path) => write(path, &output.to_yaml()),
        }
    }

    fn options(&self, report: &Report) -> Result<Options, Diagnostic> {
        let charts = Arc::new(self.fetching().charts(report)?);
        let is_helm_enabled = self.helm.enable_helm || self.functions.enable_alpha_plugins;
        let helm = is_helm_enabled.then(|| Helm {
            engine: Arc::new(Inflation::new(Arc::clone(&charts), self.helm.helm_version.profile())),
            api_versions: self.helm.helm_api_versions.clone(),
            kube_version: self.helm.helm_kube_version.clone().unwrap_or_default(),
        });
        Ok(Options {
            load_restrictor: match self.load_restrictor {
                Rule::RootOnly => LoadRestrictor::RootOnly,
                Rule::None => LoadRestrictor::None,
            },
            remote: Some(Arc::new(Bases::new(charts))),
            functions: self.functions.functions(),
            helm,
            managed_by: if self.is_labelled() { ManagedBy::Labelled } else { ManagedBy::AsWritten },
            order: if self.reorder == Some(Reorder::None) { Order::AsRead } else { Order::Legacy },
            ..Options::default()
        })
    }

    fn is_labelled(&self) -> bool {
        self.enable_managedby_label
            || std::env::var("KUSTOMIZE_ENABLE_MANAGEDBY_LABEL").is_ok_and(|value| value == "on")
    }

    fn warn_of_flags(&self, report: &Report) {
        if let Some(program) = self.helm.helm_command.as_deref().filter(|program| *program != "helm") {
            report.warn(&format!(
                "--helm-command `{program}` is not run: charts are rendered by this program, as the Helm of --helm-version"
            ));
        }
        if self.reorder.is_some() {
            report.warn("--reorder is deprecated: use `sortOptions` of the kustomization file, which wins over it");
        }
        if self.enable_managedby_label {
            report.warn("--enable-managedby-label is deprecated: use `managedByLabel` of `buildMetadata`");
        }
    }
}

fn write_files(output: &Output, folder: &Path) -> Result<Built, Diagnostic> {
    for (name, text) in output.files().map_err(|error| error.diagnostic())? {
        write(&folder.join(name), &text)?;
    }
    Ok(Built::Written)
}

fn write(path: &Path, text: &str) -> Result<Built, Diagnostic> {
    fs::write(path, text).map_err(|error| {
        Diagnostic::new(Kind::Remote, format!("cannot write `{}`", path.display())).cause(error.to_string())
    })?;
    Ok(Built::Written)
}
