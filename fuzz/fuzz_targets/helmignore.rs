//! Any `.helmignore` is heeded or refused. The second part names the files.
#![no_main]

use libfuzzer_sys::fuzz_target;
use towpath_fuzz::{chart, parts};

fuzz_target!(|data: &[u8]| {
    let [rules, names] = parts::<2>(data);
    let names = String::from_utf8_lossy(names);
    let mut files = vec![(".helmignore", rules), ("templates/a.yaml", b"".as_slice()), ("a/b/c.txt", b"")];
    files.extend(names.lines().take(50).map(|name| (name, b"x".as_slice())));
    if let Some(chart) = chart(&files) {
        let _ = chart.templates().len();
    }
});
