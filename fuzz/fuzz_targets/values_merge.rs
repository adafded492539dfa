//! Values of a chart, a subchart and a user meet: the result is the same each time, and reads as what it was written from.
#![no_main]

use libfuzzer_sys::fuzz_target;
use towpath_fuzz::{Maker, PROFILES, chart, parts};
use towpath_helm::{ValuesFile, ValuesOptions, effective_values};
use towpath_yaml::{Limits, build_first};

const SUBCHART: &[u8] = b"apiVersion: v2\nname: sub\nversion: 1.0.0\n";

fuzz_target!(|data: &[u8]| {
    let [own, below, first, second] = parts::<4>(data);
    let files = [("values.yaml", own), ("charts/sub/Chart.yaml", SUBCHART), ("charts/sub/values.yaml", below)];
    let Some(chart) = chart(&files) else { return };
    let file = |name: &str, content: &[u8]| ValuesFile { name: name.to_owned(), content: content.to_vec() };
    let values = ValuesOptions { files: vec![file("a", first), file("b", second)], ..ValuesOptions::default() };
    for profile in PROFILES {
        let Ok(text) = effective_values(&chart, &values, profile) else { continue };
        assert_eq!(effective_values(&chart, &values, profile).ok().as_deref(), Some(text.as_str()));
        let value = build_first(&text, Limits::default(), &mut Maker).expect("what is written can be read");
        let again = value.map(|value| value.emit(towpath_yaml::Dialect::Go2));
        let again = again.and_then(|text| build_first(&text, Limits::default(), &mut Maker).expect("what is written can be read"));
        assert_eq!(build_first(&text, Limits::default(), &mut Maker).expect("what is written can be read"), again);
    }
});
