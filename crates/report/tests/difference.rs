//! Differences in every form, as their readers see them.

use towpath_model::difference::{
    Change, Detail, Difference, Hunk, Identity, Line, ObjectDifference, Occurrence, Place, Side,
};
use towpath_report::{
    Painting,
    difference::{MARKDOWN_BUDGET, json, markdown, stat, text},
    html::difference_page,
};

fn object(name: &str, lines: &[(Side, &str)]) -> ObjectDifference {
    let lines: Vec<Line> = lines.iter().map(|(side, text)| Line { side: *side, text: (*text).to_owned() }).collect();
    let count = |side| lines.iter().filter(|line| line.side == side).count();
    let (added, removed) = (count(Side::New), count(Side::Old));
    let identity = Identity { kind: "ConfigMap".to_owned(), name: name.to_owned(), ..Identity::default() };
    let detail = Detail::Lines(vec![Hunk { old_start: 1, new_start: 1, lines }]);
    let occurrences = vec![Occurrence { place: None, identity, former: None }];
    ObjectDifference { occurrences, change: Change::Changed, detail, added, removed, names_vary: false }
}

fn difference(objects: Vec<ObjectDifference>) -> Difference {
    Difference { objects, ..Difference::default() }
}

#[test]
fn markdown_keeps_its_budget_and_whole_lines() {
    let line = format!("{}ü", "x".repeat(60));
    let long = |name: &str| object(name, &vec![(Side::New, line.as_str()); 700]);
    let all = difference(vec![long("a"), long("b"), object("small", &[(Side::New, "y")]), long("c")]);
    for budget in [MARKDOWN_BUDGET, 20_000, 5_000, 2_500] {
        let shown = markdown(&all, "Rendered manifests", budget);
        let length = shown.chars().count();
        assert!(length <= budget && length > budget - 500, "{length} of {budget}");
        let added = |text: &str| text == format!("+{line}") || !text.starts_with("+x");
        assert!(shown.lines().all(added), "a line is cut");
        assert_eq!(shown.matches("```").count() % 2, 0, "a fence is open");
        assert_eq!(shown.matches("<details>").count(), shown.matches("</details>").count());
        assert!(shown.contains(&format!("not shown whole: this text may have {budget} characters._")), "{shown}");
        assert!(shown.contains("\n+y\n"), "what is small is shown behind what is large:\n{shown}");
    }
    assert!(!markdown(&all, "Rendered manifests", 100_000_000).contains("not shown"));
}

#[test]
fn nothing_breaks_out_of_markdown() {
    let odd = object("<b>|`x`", &[(Side::Old, "text: \"```\""), (Side::New, "````"), (Side::New, "</details>")]);
    let shown = markdown(&difference(vec![odd]), "a|b", MARKDOWN_BUDGET);
    assert!(shown.starts_with("### a&#124;b: 1 changed, 0 added, 0 removed\n\n<details><summary>"), "{shown}");
    assert!(shown.contains("<code>ConfigMap &#60;b&#62;&#124;&#96;x&#96;</code> changed (+2 -1)"), "{shown}");
    assert!(shown.contains("\n`````diff\n--- ") && shown.contains("\n+````\n+</details>\n`````\n"), "{shown}");
}

#[test]
fn nothing_breaks_out_of_a_page() {
    let odd = object("<script>", &[(Side::Old, "</script><b>"), (Side::New, "\"'&")]);
    let page = difference_page(&difference(vec![odd]), "<i>", "b");
    assert_eq!(page.matches("<script>").count(), 1, "only the page's own");
    assert!(page.contains("&lt;i&gt; → b") && page.contains("-&lt;/script&gt;&lt;b&gt;"), "{page}");
    assert!(!page.contains("http://") && !page.contains("https://"));
}

#[test]
fn what_many_places_share_is_told_once() {
    let mut shared = object("cart", &[(Side::Old, "a"), (Side::New, "b")]);
    let identity = shared.identity().clone();
    let places =
        ["cart", "pay", "shop"].iter().flat_map(|service| ["dev", "prod"].map(|environment| (*service, environment)));
    let occurrence = |(service, environment): (&str, &str)| Occurrence {
        place: Some(Place::Environment { service: service.to_owned(), environment: environment.to_owned() }),
        identity: identity.clone(),
        former: None,
    };
    shared.occurrences = places.map(occurrence).collect();
    let all = difference(vec![shared]);
    assert_eq!(all.summary(), "6 changed, 0 added, 0 removed");
    let shown = text(&all, Painting::Off);
    assert!(
        shown.starts_with(
            "# 6 objects differ alike; the first of them:\n#   cart, pay, shop (dev, prod)\n--- cart/dev: "
        ),
        "{shown}"
    );
    assert_eq!(stat(&all, Painting::Off), "~ cart/dev: ConfigMap cart  +1 -1  in 6 objects\n");
    assert!(
        markdown(&all, "x", MARKDOWN_BUDGET)
            .contains("6 objects differ alike; this is the first:\n- cart, pay, shop (dev, prod)\n")
    );
    assert_eq!(json(&all, "a", "b")["objects"][0]["occurrences"].as_array().unwrap().len(), 6);
    assert!(difference_page(&all, "a", "b").contains("<li>cart, pay, shop (dev, prod)</li>"));
}

#[test]
fn yaml_that_looks_like_a_header_is_a_line() {
    let odd = object("x", &[(Side::Old, "-- a"), (Side::New, "++ b")]);
    let shown = text(&difference(vec![odd]), Painting::On);
    assert!(shown.contains("\u{1b}[31m--- a\u{1b}[0m\n\u{1b}[32m+++ b\u{1b}[0m\n"), "{shown:?}");
}
