//! One engine renders many charts on many threads, and what it keeps of one never shows in another.

use std::time::SystemTime;

use towpath_helm::{Chart, ChartLimits, Engine, Options, Randomness, RenderEnv, ValuesOptions, render};
use towpath_model::FileTree;

fn chart(name: &str, template: &str) -> Chart {
    let metadata = format!("apiVersion: v2\nname: {name}\nversion: 1.0.0\n");
    let files = [
        ("Chart.yaml", metadata.as_bytes()),
        ("templates/_names.tpl", b"{{define \"where\"}}{{.Template.Name}} of {{.Release.Name}}{{end}}"),
        ("templates/config.yaml", template.as_bytes()),
    ];
    let tree = FileTree::from_files(files).expect("the paths are good");
    Chart::load(&tree, &ChartLimits::default()).expect("it is a chart")
}

fn rendered(engine: &Engine, chart: &Chart, release: &str) -> Result<String, String> {
    let env = RenderEnv::new(release, SystemTime::UNIX_EPOCH, Randomness::seeded(1));
    let rendered = engine.render(chart, &ValuesOptions::default(), &env, &Options::default());
    rendered.map(|rendered| rendered.to_text()).map_err(|error| error.to_string())
}

#[test]
fn equal_texts_keep_their_own_names() {
    let engine = Engine::new();
    let text = "where: {{include \"where\" .}}\n";
    for name in ["one", "other", "one"] {
        let expected = format!(
            "---\n# Source: {name}/templates/config.yaml\nwhere: {name}/templates/config.yaml of {name}-release\n"
        );
        assert_eq!(rendered(&engine, &chart(name, text), &format!("{name}-release")), Ok(expected));
    }
    for (text, message) in [
        ("a\n{{ nothing }}", "parse error at (NAME/templates/config.yaml:2): function \"nothing\" not defined"),
        ("{{ fail \"no\" }}", "execution error at (NAME/templates/config.yaml:1:3): no"),
    ] {
        for name in ["one", "other"] {
            let error = rendered(&engine, &chart(name, text), "r").expect_err("it must fail");
            assert_eq!(error, message.replace("NAME", name));
        }
    }
}

#[test]
fn a_template_that_no_release_uses_is_still_parsed() {
    let tree = FileTree::from_files([
        ("Chart.yaml", b"apiVersion: v2\nname: a\nversion: 1.0.0\n".as_slice()),
        ("templates/_unused.tpl", b"{{define \"x\"}}{{end}}{{end}}"),
    ]);
    let chart = Chart::load(&tree.expect("the paths are good"), &ChartLimits::default()).expect("it is a chart");
    let error = rendered(&Engine::new(), &chart, "r").expect_err("it must fail");
    assert_eq!(error, "parse error at (a/templates/_unused.tpl:1): unexpected {{end}}");
}

#[test]
fn threads_share_an_engine() {
    let engine = Engine::new();
    let charts: Vec<Chart> = (0..8)
        .map(|n| {
            let text =
                "items:\n{{range until 50}}- {{include \"where\" $}} {{tpl \"{{.Release.Name}}\" $}} {{.}}\n{{end}}# NUMBER\n";
            chart(&format!("c{n}"), &text.replace("NUMBER", &(n % 3).to_string()))
        })
        .collect();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (engine, charts) = (&engine, &charts);
            scope.spawn(move || {
                for chart in charts {
                    let release = format!("r{thread}");
                    let env = RenderEnv::new(&*release, SystemTime::UNIX_EPOCH, Randomness::seeded(1));
                    let alone = render(chart, &ValuesOptions::default(), &env, &Options::default());
                    let alone = alone.map(|rendered| rendered.to_text()).map_err(|error| error.to_string());
                    assert_eq!(rendered(engine, chart, &release), alone);
                    let text = alone.expect("it renders");
                    assert!(text.contains(&format!(" {release} 49\n")), "{text}");
                }
            });
        }
    });
}

/// go-yaml's order of keys contradicts itself, which a library's sort may answer with a panic. Found by fuzzing.
#[test]
fn keys_in_whatever_order_are_written() {
    let mut random = 1_u64;
    let mut next = |below: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(random >> 33).unwrap_or_default() % below
    };
    let alphabet: Vec<char> = "01289ab:+= <_é".chars().collect();
    for _ in 0..300 {
        let mut key = || (0..=next(4)).map(|_| alphabet[next(alphabet.len())]).collect::<String>();
        let json = (0..60).map(|_| format!("{:?}: 1", key())).collect::<Vec<_>>().join(", ");
        let text = format!("a: {{{{ fromJson `{{{json}}}` | toYaml | len }}}}\n");
        let rendered = rendered(&Engine::new(), &chart("keys", &text), "r").expect("any keys can be written");
        assert!(!rendered.contains("a: 0"), "{json}");
    }
}
