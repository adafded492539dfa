//! A JSON patch is applied or refused; the result is the same each time.
#![no_main]

use libfuzzer_sys::fuzz_target;
use towpath_fuzz::{kustomize_twice, parts};

fuzz_target!(|data: &[u8]| {
    let [resource, patch] = parts::<2>(data);
    let files = [("all.yaml", resource), ("patch.yaml", patch)];
    kustomize_twice(&files, "resources: [all.yaml]\nnameSuffix: -a\npatches: [{path: patch.yaml, target: {name: .*}}]\n");
});
