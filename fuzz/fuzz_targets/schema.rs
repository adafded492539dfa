//! Any schema takes the values, refuses them or is refused, in both profiles.
#![no_main]

use libfuzzer_sys::fuzz_target;
use towpath_fuzz::{chart, parts, render_both};
use towpath_helm::ValuesOptions;

fuzz_target!(|data: &[u8]| {
    let [schema, values] = parts::<2>(data);
    if let Some(chart) = chart(&[("values.schema.json", schema), ("values.yaml", values)]) {
        render_both(&chart, &ValuesOptions::default());
    }
});
