use super::*;

const INDEX: &str = "\
apiVersion: v1
entries:
  other:
  - apiVersion: v2
    description: 'text with
      more: lines'
    name: other
    version: 9.0.0
    urls: [other-9.0.0.tgz]
  web:
    - name: web
      version: 1.2.0
      digest: abc
      urls:
        - https://example.com/web-1.2.0.tgz
        - https://mirror.example.com/web-1.2.0.tgz
    - name: web
      version: 2.0.0-beta.1
      urls: [web-2.0.0-beta.1.tgz]
    - name: web
      version: 1.10.0
      urls: [web-1.10.0.tgz]
    -
    - name: web
      version: not a version
    - version: 3.0.0
    - {name: web, version: 4.0.0, type: wrong}
    - {name: web, version: 5.0.0, dependencies: [{name: d, alias: 'a b'}]}
generated: \"2026-01-01T00:00:00Z\"
";

fn versions(index: &str, chart: &str) -> Result<Option<Vec<String>>, String> {
    let offers = offers(index.as_bytes(), chart, Profile::Helm4)?;
    Ok(offers.versions.map(|list| list.into_iter().map(|offer| offer.version).collect()))
}

#[test]
fn the_entries_of_one_chart_are_read_and_sorted() {
    let read = offers(INDEX.as_bytes(), "web", Profile::Helm4).unwrap();
    assert_eq!(read.warnings.len(), 5, "{:#?}", read.warnings);
    let list = read.versions.unwrap();
    let told: Vec<_> = list.iter().map(|offer| offer.version.as_str()).collect();
    assert_eq!(told, ["2.0.0-beta.1", "1.10.0", "1.2.0"]);
    assert_eq!((list[2].digest.as_str(), list[2].urls.len()), ("abc", 2));
    assert_eq!(versions(INDEX, "other").unwrap().unwrap(), ["9.0.0"]);
    assert_eq!(versions(INDEX, "none").unwrap(), None);
}

#[test]
fn scanning_gives_what_parsing_the_whole_gives() {
    let layouts = [
        INDEX.to_owned(),
        INDEX.replace('\n', "\r\n"),
        format!("---\n{INDEX}"),
        // Sequences at the indentation of their key, as Go writes them, and a comment.
        "entries:\n  a:\n  - name: a\n    version: 1.0.0\n# note\n  web:\n  - name: web\n    version: 1.0.0\napiVersion: v1\n".to_owned(),
        // Names at the end of the file, a block scalar, no entries of it.
        "apiVersion: v1\nentries:\n    b:\n    - name: b\n      description: |\n        web:\n        - x\n      version: 1.0.0\n".to_owned(),
    ];
    for index in layouts {
        for chart in ["web", "other", "a", "b", "none"] {
            let whole = offers_in_yaml(&index, chart, Profile::Helm4).unwrap();
            let scan::Scanned::Entries(lines) = scan::entries_of(&index, chart) else {
                panic!("{chart} is unusual in:\n{index}")
            };
            assert_eq!(offers_in_yaml(&lines, chart, Profile::Helm4).unwrap(), whole, "{chart} in:\n{index}");
        }
    }
}

#[test]
fn unusual_layouts_are_parsed_whole() {
    let anchors = "apiVersion: v1\nentries:\n  a: &a\n  - {name: a, version: 1.0.0}\n  web: *a\n";
    assert_eq!(scan::entries_of(anchors, "web"), scan::Scanned::Unusual);
    assert_eq!(versions(anchors, "web").unwrap().unwrap(), ["1.0.0"]);
    for unusual in [
        "{apiVersion: v1, entries: {web: [{name: web, version: 1.0.0}]}}",
        "\"apiVersion\": v1\nentries: {web: [{name: web, version: 1.0.0}]}\n",
        "apiVersion: v1\nentries:\n  web: [{name: web, version: 1.0.0}]\n",
        "apiVersion: v1\nentries:\n  \"web\":\n  - {name: web, version: 1.0.0}\n",
    ] {
        assert_eq!(versions(unusual, "web").unwrap().unwrap(), ["1.0.0"], "{unusual}");
    }
}

#[test]
fn json_is_read_without_the_other_charts() {
    let json = r#"{"apiVersion":"v1","serverInfo":{},"entries":{"a":[{"name":1}],"web":[null,
        {"name":"web","version":"1.0.0","urls":["u"],"digest":"d"},{"name":"web","version":"2.0.0","urls":["u"]}]}}"#;
    assert_eq!(versions(json, "web").unwrap().unwrap(), ["2.0.0", "1.0.0"]);
    assert_eq!(versions(json, "none").unwrap(), None);
}

#[test]
fn what_is_no_index_is_refused_in_helms_words() {
    for (index, words) in [
        ("", "empty index.yaml file"),
        ("entries:\n  web:\n  - {name: web, version: 1.0.0}\n", "no API version specified"),
        (r#"{"entries":{}}"#, "no API version specified"),
        ("<html>\n<body>not found</body>\n", "no API version specified"),
        ("apiVersion: v1\nentries:\n  web:\n  - name: web\n  web:\n  - name: web\n", "twice"),
        ("apiVersion: v1\nentries:\n  web:\n  - name: [\n", "yaml: line"),
    ] {
        let error = versions(index, "web").unwrap_err();
        assert!(error.contains(words), "{index}: {error}");
    }
}

#[test]
fn versions_are_chosen_as_helm_does() {
    let list = offers(INDEX.as_bytes(), "web", Profile::Helm4).unwrap().versions.unwrap();
    let chosen = |wanted: Option<&str>| {
        choose(&list, "web", wanted, Profile::Helm4).map(|choice| (choice.offer.version.clone(), choice.is_substitute))
    };
    for (wanted, version, is_substitute) in [
        (None, "1.10.0", false),
        (Some("1.2.0"), "1.2.0", false),
        (Some("1.2"), "1.2.0", true),
        (Some("v1.2.0"), "1.2.0", true),
        (Some(">0.0.0-0"), "2.0.0-beta.1", false),
        (Some("^1"), "1.10.0", false),
        (Some("1.x"), "1.10.0", false),
        (Some("1.0.0 - 1.9.0"), "1.2.0", false),
        (Some("2.0.0-beta.1"), "2.0.0-beta.1", false),
    ] {
        assert_eq!(chosen(wanted).unwrap(), (version.to_owned(), is_substitute), "{wanted:?}");
    }
    assert_eq!(chosen(Some("3.0.0")).unwrap_err(), "no chart version found for web-3.0.0");
    assert_eq!(chosen(Some("x.y.z")).unwrap_err(), "improper constraint: \"x.y.z\"");
    assert_eq!(choose(&[], "web", None, Profile::Helm4).unwrap_err(), "no chart version found");
}
