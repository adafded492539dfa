//! Replacements of any form are made or refused; the result is the same each time.
#![no_main]

use libfuzzer_sys::fuzz_target;
use towpath_fuzz::{kustomize_twice, parts};

fuzz_target!(|data: &[u8]| {
    let [resource, replacement] = parts::<2>(data);
    let files = [("all.yaml", resource), ("replacement.yaml", replacement)];
    kustomize_twice(&files, "resources: [all.yaml]\ncommonLabels: {a: b}\nreplacements: [{path: replacement.yaml}]\n");
});
