//! Plans and bodies, as their readers see them.

use std::collections::BTreeMap;

use towpath_model::{Digest, PinnedImage};
use towpath_promotion::{BUDGET, Marker, Previous, Promotion, Request, Target, plan};
use towpath_sign::{Content, Evidence, Policy, PrivateKey, SignedImage, judge, sign_bundle};

const VALUES: &str = include_str!("values.yaml");

fn digest(content: &str) -> Digest {
    Digest::of(content.as_bytes())
}

fn signed(content: &str) -> SignedImage {
    let image = PinnedImage::new("registry.example.com/acme/shop".parse().expect("a name"), digest(content));
    let key = PrivateKey::generate().expect("a key");
    let bundle = sign_bundle(&key, image.digest()).expect("a signature");
    let evidence = Evidence { manifest: Digest::of(&bundle), content: Content::Bundle(bundle) };
    judge(&image, &key.public(), Policy::default(), &[evidence]).expect("it is signed")
}

fn order() -> Vec<String> {
    ["dev", "staging", "prod"].map(str::to_owned).into()
}

fn planned(environment: &str, previous: Previous) -> Result<Promotion, towpath_promotion::Error> {
    let request = Request {
        service: "shop",
        version: "1.4.0",
        revision: Some("9fceb02d0ae598e95dc970b74767f19372d61af8"),
        environment,
        order: &order(),
        image: &signed("new"),
        previous,
    };
    let target = Target::parse("apps/{service}/{env}/values.yaml#/image/digest", "shop", environment)?;
    let files = BTreeMap::from([(target.file.clone(), VALUES.to_owned())]);
    plan(&request, &[target], &files)
}

fn promotion() -> Promotion {
    planned("prod", Previous { current: Some(digest("new")), earlier: Vec::new() }).expect("a plan")
}

#[test]
fn nothing_but_the_digest_changes() {
    let promotion = promotion();
    assert_eq!(promotion.from, Some(digest("old")));
    assert_eq!(
        promotion.files["apps/shop/prod/values.yaml"],
        VALUES.replace(&digest("old").to_string(), &digest("new").to_string())
    );
    assert_eq!(promotion.title, "promote shop 1.4.0 to prod");
}

#[test]
fn environments_are_reached_in_their_order() {
    assert!(planned("dev", Previous::default()).is_ok(), "nothing stands before the first");
    assert!(planned("prod", Previous { current: None, earlier: vec![digest("a"), digest("new")] }).is_ok());
    let error =
        planned("prod", Previous { current: Some(digest("old")), earlier: Vec::new() }).unwrap_err().diagnostic();
    assert_eq!(error.message, "shop 1.4.0 cannot go to prod before staging");
    let cause = format!("{} was never merged into staging, which holds {}", digest("new"), digest("old"));
    assert_eq!((error.causes, error.kind.exit_code()), (vec![cause], 1));
    assert_eq!(error.hints, ["promote it there first: towpath-promote open --to staging, then merge --to staging"]);
    let error = planned("production", Previous::default()).unwrap_err().diagnostic();
    assert_eq!(error.message, "environment `production` is unknown");
    assert_eq!(error.hints, ["environments in their order: dev, staging, prod"]);
}

#[test]
fn what_cannot_be_edited_is_shown_where_it_is() {
    let request = Request {
        service: "shop",
        version: "1.4.0",
        revision: None,
        environment: "dev",
        order: &order(),
        image: &signed("new"),
        previous: Previous::default(),
    };
    let target = Target::parse("apps/{service}/{env}/values.yaml#/image/digest", "shop", "dev").unwrap();
    let refused = |text: Option<&str>| {
        let files = text.map(|text| (target.file.clone(), text.to_owned())).into_iter().collect();
        plan(&request, std::slice::from_ref(&target), &files).unwrap_err().diagnostic()
    };
    let error = refused(Some("replicas: 2\nimage:\n  name: shop\n"));
    assert_eq!(error.message, "`apps/shop/dev/values.yaml` has no `/image/digest`");
    let at = error.location.unwrap();
    assert_eq!((at.file.as_str(), at.line), ("apps/shop/dev/values.yaml", 2));
    assert_eq!(error.kind.exit_code(), 2);
    let error = refused(None);
    assert_eq!(error.message, "`apps/shop/dev/values.yaml` does not exist in the repository");
    assert_eq!(error.hints, ["promotion.set names it; commit the file, with any value in place of the digest"]);
}

#[test]
fn several_places_are_set_at_once() {
    let text = "a: one\nb: two # two\n";
    let targets = ["/a", "/b"].map(|pointer| Target::parse(&format!("{{env}}.yaml#{pointer}"), "shop", "dev").unwrap());
    let request = Request {
        service: "shop",
        version: "1",
        revision: None,
        environment: "dev",
        order: &order(),
        image: &signed("new"),
        previous: Previous::default(),
    };
    let files = BTreeMap::from([("dev.yaml".to_owned(), text.to_owned())]);
    let promotion = plan(&request, &targets, &files).unwrap();
    let new = digest("new");
    assert_eq!(promotion.files["dev.yaml"], format!("a: {new}\nb: {new} # two\n"));
}

#[test]
fn a_body_tells_the_whole_promotion() {
    let rendered = |_: usize| "### Rendered manifests: 1 changed, 0 added, 0 removed\n\n…\n\n".to_owned();
    let body = promotion().body(Some(&rendered), BUDGET);
    assert_eq!(body, include_str!("body.md"), "\n{body}");
    assert!(promotion().body(None, BUDGET).contains("no rendered difference is shown.\n"));
}

#[test]
fn a_body_leaves_the_rest_of_its_budget_to_what_is_rendered() {
    for budget in [BUDGET, 5_000, 2_500] {
        let body = promotion().body(Some(&|room| "ü".repeat(room)), budget);
        assert_eq!(body.chars().count(), budget);
        assert!(body.ends_with(" -->\n"));
    }
}

#[test]
fn a_marker_is_one_comment_whatever_it_holds() {
    let mut promotion = promotion();
    promotion.version = "1 --> <script>---".to_owned();
    let body = promotion.body(None, BUDGET);
    let marker = body.lines().last().unwrap();
    let json = marker.strip_prefix("<!-- towpath ").unwrap().strip_suffix(" -->").unwrap();
    assert!(!json.contains("--") && !json.contains('>'), "{json}");
    let read = Marker::find(&body).unwrap();
    assert_eq!((read.version, &read.image), (promotion.version, promotion.image.image()));
    assert_eq!(Marker::find("<!-- towpath {} -->\n"), None);
}
