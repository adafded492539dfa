//! Charts as folders.

use std::{fs, os::unix::fs::symlink, path::Path};

use nix::{sys::stat::Mode, unistd::mkfifo};

use crate::case::{Case, Ending, write};

const CHART: &str = "apiVersion: v2\nname: c\nversion: 1.0.0\n";

fn folder(name: &'static str, fill: impl Fn(&Path) + 'static, ending: Ending) -> Case {
    let build = move |folder: &Path| {
        write(folder, "c/Chart.yaml", CHART);
        fs::create_dir_all(folder.join("c/templates")).unwrap();
        fill(&folder.join("c"));
        vec!["c".to_owned()]
    };
    Case { name, build: Box::new(build), ending }
}

/// Returns a Chart.yaml with more behind it.
fn chart_with(name: &'static str, more: impl Fn() -> String + 'static, ending: Ending) -> Case {
    folder(name, move |chart| fs::write(chart.join("Chart.yaml"), CHART.to_owned() + &more()).unwrap(), ending)
}

/// Returns a text that aliases blow up.
pub(crate) fn aliases(key: &str) -> String {
    let mut text = format!("{key}:\n  a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for n in 1..12 {
        let before = format!("*a{}", n - 1);
        text.push_str(&format!("  a{n}: &a{n} [{}]\n", vec![before; 9].join(", ")));
    }
    text
}

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = files();
    cases.extend(metadata());
    cases
}

/// Links, pipes and ignore rules.
fn files() -> Vec<Case> {
    use Ending::{Harmless, Refused};
    vec![
        folder(
            "folder: a link to itself",
            |chart| symlink("loop", chart.join("templates/loop")).unwrap(),
            Refused(&["templates/loop"]),
        ),
        folder(
            "folder: a link to the folder above",
            |chart| symlink("..", chart.join("templates/up")).unwrap(),
            Refused(&["templates/up"]),
        ),
        folder(
            "folder: two links that lead to each other",
            |chart| {
                symlink("../b", chart.join("templates/a")).unwrap();
                fs::create_dir(chart.join("b")).unwrap();
                symlink("../templates", chart.join("b/c")).unwrap();
            },
            Refused(&["cannot read", "symbolic links"]),
        ),
        folder(
            "folder: a link to nowhere",
            |chart| symlink("nowhere", chart.join("templates/a.yaml")).unwrap(),
            Refused(&["templates/a.yaml", "leads nowhere"]),
        ),
        folder(
            "folder: a pipe as a template",
            |chart| mkfifo(&chart.join("templates/a.yaml"), Mode::S_IRWXU).unwrap(),
            Refused(&["templates/a.yaml"]),
        ),
        folder(
            "folder: a pipe that is ignored",
            |chart| {
                mkfifo(&chart.join("pipe"), Mode::S_IRWXU).unwrap();
                fs::write(chart.join(".helmignore"), "pipe\n").unwrap();
            },
            Harmless,
        ),
        folder(
            "folder: many ignore rules",
            |chart| fs::write(chart.join(".helmignore"), "*a*b\n".repeat(2_000_000)).unwrap(),
            Refused(&["rules of .helmignore"]),
        ),
        folder(
            "folder: an endless device as a template",
            |chart| symlink("/dev/zero", chart.join("templates/a.yaml")).unwrap(),
            Refused(&["templates/a.yaml"]),
        ),
        folder(
            "folder: a large file without content",
            |chart| fs::File::create(chart.join("templates/a.yaml")).unwrap().set_len(1 << 40).unwrap(),
            Refused(&["templates/a.yaml"]),
        ),
        folder(
            "folder: an ignore rule that never ends",
            |chart| fs::write(chart.join(".helmignore"), "*a".repeat(20_000) + "b\n" + &"*?".repeat(20_000)).unwrap(),
            Harmless,
        ),
    ]
}

/// What Chart.yaml and its like say.
fn metadata() -> Vec<Case> {
    use Ending::{Harmless, Refused};
    vec![
        folder(
            "folder: a large Chart.yaml",
            |chart| fs::write(chart.join("Chart.yaml"), "a".repeat(60 << 20)).unwrap(),
            Refused(&["Chart.yaml"]),
        ),
        chart_with("folder: aliases in Chart.yaml", || aliases("annotations"), Refused(&["Chart.yaml"])),
        chart_with(
            "folder: deep Chart.yaml",
            || format!("annotations: {}\n", "[".repeat(100_000)),
            Refused(&["Chart.yaml"]),
        ),
        chart_with(
            "folder: many dependencies",
            || "dependencies:\n".to_owned() + &"- {name: x, version: 1.0.0, repository: y}\n".repeat(60_000),
            Refused(&["more than one dependency"]),
        ),
        chart_with(
            "folder: a version of many digits",
            || {
                format!(
                    "dependencies:\n- {{name: x, version: \">{}.0.0 || {}\"}}\n",
                    "9".repeat(100_000),
                    "1 || ".repeat(50_000)
                )
            },
            Refused(&["dependencies"]),
        ),
        folder(
            "folder: a hostile lock",
            |chart| fs::write(chart.join("Chart.lock"), aliases("dependencies") + &"[".repeat(100_000)).unwrap(),
            Harmless,
        ),
        folder(
            "folder: hostile requirements",
            |chart| fs::write(chart.join("requirements.yaml"), aliases("dependencies")).unwrap(),
            Refused(&["requirements.yaml"]),
        ),
        folder(
            "folder: folders in folders",
            |chart| {
                let deep = chart.join("d/".repeat(300));
                fs::create_dir_all(&deep).unwrap();
                fs::write(deep.join("f"), "").unwrap();
            },
            Refused(&["d/d/d"]),
        ),
    ]
}
