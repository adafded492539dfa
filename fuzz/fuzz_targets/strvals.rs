//! Any argument of `--set` and its relatives is taken or refused. The first byte chooses which.
#![no_main]

use libfuzzer_sys::fuzz_target;
use towpath_fuzz::{PROFILES, chart};
use towpath_helm::{ValuesOptions, effective_values};

const VALUES: &[u8] = b"a: {b: [1, {c: 2}], d: text}\nl: [x, y]\n";

fuzz_target!(|data: &[u8]| {
    let Some((kind, text)) = data.split_first() else { return };
    let arguments: Vec<String> = String::from_utf8_lossy(text).split('\0').map(str::to_owned).collect();
    let mut values = ValuesOptions::default();
    match kind % 5 {
        0 => values.set = arguments,
        1 => values.set_string = arguments,
        2 => values.set_literal = arguments,
        3 => values.set_json = arguments,
        _ => values.set_file = arguments,
    }
    values.read_file = Some(std::sync::Arc::new(|name| Ok(name.as_bytes().to_vec())));
    let Some(chart) = chart(&[("values.yaml", VALUES)]) else { return };
    for profile in PROFILES {
        let _ = effective_values(&chart, &values, profile);
    }
});
