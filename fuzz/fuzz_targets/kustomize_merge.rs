//! A strategic merge patch is applied or refused, with and without a target; the result is the same each time.
#![no_main]

use libfuzzer_sys::fuzz_target;
use towpath_fuzz::{kustomize_twice, parts};

fuzz_target!(|data: &[u8]| {
    let [resource, patch] = parts::<2>(data);
    let files = [("all.yaml", resource), ("patch.yaml", patch)];
    kustomize_twice(&files, "resources: [all.yaml]\nnamePrefix: a-\npatches: [{path: patch.yaml}]\n");
    kustomize_twice(&files, "resources: [all.yaml]\ncommonLabels: {a: b}\npatches: [{path: patch.yaml, target: {kind: .*}}]\n");
});
