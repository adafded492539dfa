//! What fuzzing found, each once.

use std::borrow::Cow;

use towpath_yaml::{Build, Duplicates, Profile, build, parse_all, parse_first};

fn refusal(text: &str, profile: Profile) -> String {
    parse_all(text, profile)
        .map_or_else(|error| error.to_string(), |documents| format!("{} documents", documents.len()))
}

#[test]
fn a_nul_ends_the_reading_wherever_it_stands() {
    for text in [
        "a: \"x\0y\"\n",
        "a: 'x\0y'\n",
        "a: \"x \0\"\n",
        "- {a: \"\0\"}\n",
        "\"\0\": 1\n",
        "a: x\0y\n",
        "a: |\n  x\0y\n",
        "# \0\n",
        "&\0 a\n",
        "!<\0> a\n",
        "%\0\n---\n",
        "\0",
    ] {
        for profile in [Profile::Go2, Profile::Go3] {
            assert_eq!(refusal(text, profile), "yaml: control characters are not allowed", "{text:?}");
        }
    }
}

/// Makes nothing of a document.
struct Nothing;

impl Build for Nothing {
    type Value = ();
    type Map = ();

    fn null(&mut self) {}
    fn bool(&mut self, _: bool) {}
    fn int(&mut self, _: i64) {}
    fn uint(&mut self, _: u64) {}
    fn float(&mut self, _: f64) {}
    fn string(&mut self, _: Cow<'_, str>) {}
    fn list(&mut self, _: Vec<()>) {}
    fn map(&mut self, _: usize) {}
    fn insert(&mut self, (): &mut (), _: Cow<'_, str>, (): ()) -> bool {
        false
    }
    fn contains(&self, (): &(), _: &str) -> bool {
        false
    }
    fn finish(&mut self, (): ()) {}
}

#[test]
fn what_contains_itself_is_not_shown_without_end() {
    // v3 passes over a null key of a document's root, and over what stands behind it.
    for (text, v3_passes_over) in [
        ("~: &a {b: c, <<: *a}\n", true),
        ("~: &a [*a]\n", true),
        ("? &a [*a]\n: x\n", false),
        ("a: &a\n  ~: *a\n", false),
    ] {
        for profile in [Profile::Go2, Profile::Go3] {
            let document = parse_first(text, profile).unwrap().unwrap();
            let built = build(document.root(), profile, Duplicates::Usual, &mut Nothing);
            assert_eq!(built.is_ok(), v3_passes_over && profile == Profile::Go3, "{text} {profile:?}");
        }
    }
}
