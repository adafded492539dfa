//! Every configuration under `tests/refused` is refused with the text that stands beside it.
//!
//! `UPDATE_EXPECTED=1` writes the texts anew; read them before they are committed.

use std::{fs, path::Path};

use towpath_config::Config;
use towpath_report::{Painting, diagnostic_text};

#[test]
fn refusals_say_where_what_and_what_to_do() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/refused");
    let mut cases: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    cases.sort();
    assert!(cases.len() >= 25, "{} cases", cases.len());
    for case in cases {
        let text = fs::read_to_string(&case).unwrap();
        let error = Config::parse("towpath.yaml", &text).expect_err(&format!("{} is accepted", case.display()));
        let shown = diagnostic_text(&error.diagnostic(), Painting::Off);
        let expected = case.with_extension("txt");
        if std::env::var_os("UPDATE_EXPECTED").is_some() {
            fs::write(&expected, &shown).unwrap();
        }
        assert_eq!(shown, fs::read_to_string(&expected).unwrap_or_default(), "{}", case.display());
    }
}

#[test]
fn the_example_is_read() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/shop/towpath.yaml");
    let config = Config::parse("towpath.yaml", &fs::read_to_string(path).unwrap()).unwrap();
    assert_eq!(config.name, "shop");
    assert_eq!(config.environment("prod").unwrap().canary.as_ref().unwrap().steps, [5, 25, 50]);
    assert_eq!(config.nearest_environment("prd"), Some("prod"));
    let target = &config.promotion.as_ref().unwrap().set;
    assert_eq!(target.file.expand("shop", "dev"), "apps/shop/deploy/dev/values.yaml");
    assert_eq!(target.pointer, "/image/digest");
}
