use std::{
    io::{self, Read as _},
    path::Path,
    sync::Arc,
};

use towpath_helm::{ValuesFile, ValuesOptions};
use towpath_model::{Diagnostic, Kind};
use towpath_render::source::Charts;

use super::file_failed;
use crate::args::Values;

/// A values file may have this many bytes.
const LARGEST: u64 = 64 << 20;

impl Values {
    /// Reads the files; those at an address are fetched as `charts` fetches.
    pub(crate) fn read(&self, charts: &Arc<Charts>) -> Result<ValuesOptions, Diagnostic> {
        let files =
            self.files.iter().map(|name| Ok(ValuesFile { name: name.clone(), content: read_or_fetch(name, charts)? }));
        let charts = Arc::clone(charts);
        Ok(ValuesOptions {
            files: files.collect::<Result<_, Diagnostic>>()?,
            set_json: self.set_json.clone(),
            set: self.set.clone(),
            set_string: self.set_string.clone(),
            set_file: self.set_file.clone(),
            set_literal: self.set_literal.clone(),
            read_file: Some(Arc::new(move |path| {
                let read = read_or_fetch(path, &charts);
                read.map_err(|error| format!("{}: {}", error.message, error.causes.join(": ")))
            })),
        })
    }
}

fn read_or_fetch(name: &str, charts: &Charts) -> Result<Vec<u8>, Diagnostic> {
    if name.contains("://") { charts.values_file(name) } else { read(name) }
}

/// Returns the content of a file, or of standard input for `-`.
pub(crate) fn read(name: &str) -> Result<Vec<u8>, Diagnostic> {
    let mut content = Vec::new();
    let size = match name.trim() {
        "-" => io::stdin().lock().take(LARGEST + 1).read_to_end(&mut content),
        path => std::fs::File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut content)),
    };
    match size.map_err(|error| file_failed("read values file", Path::new(name), &error))? as u64 {
        size if size > LARGEST => {
            Err(Diagnostic::new(Kind::Usage, format!("values file `{name}` has more than {LARGEST} bytes")))
        }
        _ => Ok(content),
    }
}
