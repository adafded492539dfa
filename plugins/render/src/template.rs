use std::{
    io::{self, Read as _},
    sync::Arc,
};

use towpath_helm::{Crds, Hooks, Options, Profile, Rendered, Schema, ValuesFile, ValuesOptions, render};
use towpath_model::{Diagnostic, Kind};
use towpath_render::{load_chart, system_environment};

use crate::args::{HelmVersion, Template};

/// A values file may have this many bytes.
const LARGEST: u64 = 64 << 20;

impl HelmVersion {
    pub(crate) fn profile(self) -> Profile {
        match self {
            Self::Four => Profile::Helm4,
            Self::Three => Profile::Helm3,
        }
    }
}

impl Template {
    /// Renders the chart.
    pub(crate) fn render(&self) -> Result<Rendered, Diagnostic> {
        let (name, chart) = match self.operands.as_slice() {
            [chart] => ("release-name", chart),
            [name, chart, ..] => (name.as_str(), chart),
            [] => return Err(Diagnostic::new(Kind::Usage, "no chart is named")),
        };
        let chart = load_chart(chart)?;
        let mut env = system_environment(name, self.helm_version.profile());
        env.namespace.clone_from(&self.namespace);
        env.is_upgrade = self.is_upgrade;
        env.kube_version.clone_from(&self.kube_version);
        env.api_versions.clone_from(&self.api_versions);
        render(&chart, &self.values()?, &env, &self.options()).map_err(|error| error.diagnostic())
    }

    fn options(&self) -> Options {
        let hooks = match (self.no_hooks, self.skip_tests) {
            (true, _) => Hooks::Omit,
            (_, true) => Hooks::WithoutTests,
            _ => Hooks::All,
        };
        Options {
            crds: if self.include_crds { Crds::Include } else { Crds::Omit },
            hooks,
            schema: if self.skip_schema_validation { Schema::Skip } else { Schema::Check },
            show_only: self.show_only.clone(),
            ..Options::default()
        }
    }

    fn values(&self) -> Result<ValuesOptions, Diagnostic> {
        let files = self.values.iter().map(|name| Ok(ValuesFile { name: name.clone(), content: read(name)? }));
        Ok(ValuesOptions {
            files: files.collect::<Result<_, Diagnostic>>()?,
            set_json: self.set_json.clone(),
            set: self.set.clone(),
            set_string: self.set_string.clone(),
            set_file: self.set_file.clone(),
            set_literal: self.set_literal.clone(),
            read_file: Some(Arc::new(|path| {
                read(path).map_err(|error| format!("{}: {}", error.message, error.causes.join(": ")))
            })),
        })
    }
}

/// Returns the content of a file, or of standard input for `-`.
fn read(name: &str) -> Result<Vec<u8>, Diagnostic> {
    let failed = |error: io::Error| {
        let kind = if error.kind() == io::ErrorKind::NotFound { Kind::Usage } else { Kind::Remote };
        Diagnostic::new(kind, format!("cannot read values file `{name}`")).cause(error.to_string())
    };
    if name.contains("://") {
        let message = format!("values file `{name}` would have to be fetched, which is not supported yet");
        return Err(Diagnostic::new(Kind::Usage, message).hint("fetch it first and name the file"));
    }
    let mut content = Vec::new();
    let size = match name.trim() {
        "-" => io::stdin().lock().take(LARGEST + 1).read_to_end(&mut content),
        path => std::fs::File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut content)),
    };
    match size.map_err(failed)? as u64 {
        size if size > LARGEST => {
            Err(Diagnostic::new(Kind::Usage, format!("values file `{name}` has more than {LARGEST} bytes")))
        }
        _ => Ok(content),
    }
}
