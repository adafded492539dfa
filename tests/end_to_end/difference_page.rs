//! The page of `towpath-render diff` in a real browser.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use towpath_tests::{binary, browser, output};

const FROM: &str =
    "kind: Deployment\nmetadata: {name: shop}\nreplicas: 1\n---\nkind: Gone\nmetadata: {name: '<b>old</b>'}\n";
const TO: &str = "kind: Deployment\nmetadata: {name: shop}\nreplicas: 3\n---\nkind: Service\nmetadata: {name: new}\n";

fn page(folder: &Path, arguments: &[&str]) -> PathBuf {
    fs::write(folder.join("from.yaml"), FROM).expect("a file");
    fs::write(folder.join("to.yaml"), TO).expect("a file");
    let mut diff = Command::new(binary("towpath-render"));
    diff.current_dir(folder).args(["diff", "from.yaml", "to.yaml", "--format", "html"]).args(arguments);
    let told = output(&mut diff);
    assert_eq!(told.status.code(), Some(1), "{}", String::from_utf8_lossy(&told.stderr));
    let page = folder.join("page.html");
    fs::write(&page, told.stdout).expect("a page");
    page
}

/// Returns the summaries of the objects that are shown, of those that the browser holds.
fn shown(document: &str) -> Vec<String> {
    let objects = document.split("<details class=\"object ").skip(1);
    let name = |object: &str| {
        let name = object.split_once("<b>").and_then(|(_, rest)| rest.split_once("</b>"));
        name.map_or_else(String::new, |(name, _)| name.to_owned())
    };
    objects.filter(|object| !object[..object.find('>').unwrap_or(0)].contains("hidden")).map(name).collect()
}

#[test]
fn the_page_opens_without_a_word_on_the_console() {
    let folder = tempfile::tempdir().expect("a folder");
    for arguments in [&[][..], &["--structural"]] {
        let opened = browser::open(&page(folder.path(), arguments));
        assert_eq!(opened.console, Vec::<String>::new());
        assert_eq!(shown(&opened.document), ["shop", "&lt;b&gt;old&lt;/b&gt;", "new"]);
        assert!(opened.document.contains("<label class=\"find\">"), "the page's script has not run");
    }
}

#[test]
fn what_is_looked_for_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let page = page(folder.path(), &[]);
    let found = |words: &str| {
        let opened = browser::open(Path::new(&format!("{}#{words}", page.display())));
        assert_eq!(opened.console, Vec::<String>::new());
        (shown(&opened.document), !opened.document.contains("id=\"none\" hidden"))
    };
    assert_eq!(found("replicas"), (vec!["shop".to_owned()], false));
    assert_eq!(found("SERVICE%20new"), (vec!["new".to_owned()], false));
    assert_eq!(found("nowhere"), (Vec::new(), true));
}
