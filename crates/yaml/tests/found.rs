//! What fuzzing found, each once.

use towpath_yaml::{Profile, parse_all};

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
