/// Tells whether manifests may hold a Secret. What is written in an unusual way counts as one.
pub(super) fn may_hold_secret(manifests: &[u8]) -> bool {
    let text = String::from_utf8_lossy(manifests);
    let mut rest = text.as_ref();
    while let Some(at) = rest.find("kind") {
        rest = &rest[at + "kind".len()..];
        let Some(value) =
            rest.trim_start_matches(['"', '\'']).trim_start_matches([' ', '\t', '\n', '\r']).strip_prefix(':')
        else {
            continue;
        };
        let value = value.trim_start();
        let plain = value.strip_prefix(['"', '\'']).unwrap_or(value);
        let word: &str = plain.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        let end = plain[word.len()..].chars().next();
        // A colon ends the first key of a mapping, as where a schema describes what `kind` is.
        let is_usual = !word.is_empty()
            && end.is_none_or(|end| matches!(end, '\n' | '\r' | ' ' | '"' | '\'' | ',' | '}' | '\t' | ':'));
        if !is_usual || word == "Secret" {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::may_hold_secret;

    #[test]
    fn secrets_are_seen_however_they_are_written() {
        for text in [
            "kind: Secret",
            "apiVersion: v1\nkind:   \"Secret\"\n",
            "{kind: Secret}",
            "{\"kind\":\"Secret\",\"a\":1}",
            "items:\n- kind: 'Secret'\n",
            "kind: \"\\x53ecret\"\n",
            "kind: !!str Secret\n",
            "kind:\n  Secret\n",
            "kind: *a\n",
            "{\"kind\" : \"Secret\"}",
        ] {
            assert!(may_hold_secret(text.as_bytes()), "{text}");
        }
        for text in [
            "kind:\n  description: text\n",
            "kind: ConfigMap\n",
            "kind: SecretStore\nmetadata: {name: Secret}\n",
            "# kindly\n{kind: Service}\n",
            "",
        ] {
            assert!(!may_hold_secret(text.as_bytes()), "{text}");
        }
    }
}
