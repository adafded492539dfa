//! Any bytes are a packed chart or are refused. An odd first byte has the rest packed, so that tar is reached soon.
#![no_main]

use std::io::Write;

use libfuzzer_sys::fuzz_target;
use towpath_fuzz::render_both;
use towpath_helm::{Chart, ChartLimits, ValuesOptions};

fuzz_target!(|data: &[u8]| {
    let Some((first, rest)) = data.split_first() else { return };
    let mut packed = Vec::new();
    if first % 2 == 1 {
        let mut writer = flate2::write::GzEncoder::new(&mut packed, flate2::Compression::fast());
        writer.write_all(rest).and_then(|()| writer.finish().map(drop)).expect("memory takes everything");
    } else {
        packed.extend_from_slice(rest);
    }
    let limits = ChartLimits { chart_bytes: 8 << 20, file_bytes: 2 << 20, files: 1_000, depth: 8 };
    match Chart::from_archive(&packed, &limits) {
        Ok(chart) => render_both(&chart, &ValuesOptions::default()),
        Err(error) => drop(error.diagnostic()),
    }
});
