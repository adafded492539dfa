//! A rendering with a helper gives what it gives without one, whenever the helper comes and whatever the templates change.

use std::time::{Duration, SystemTime};

use towpath_helm::{
    Chart, ChartLimits, Engine, Helper, Options, Profile, Randomness, RenderEnv, RenderLimits, Resolver, ValuesOptions,
};
use towpath_model::FileTree;

/// When the helper works.
#[derive(Debug, Clone, Copy)]
enum When {
    /// It does all that it may before the rendering begins.
    Before,
    /// Both begin at once.
    Beside,
}

fn outcome(files: &[(&str, &str)], profile: Profile, limits: &RenderLimits, when: Option<When>) -> String {
    let tree =
        FileTree::from_files(files.iter().map(|(path, text)| (*path, text.as_bytes()))).expect("the paths are plain");
    let chart = Chart::load(&tree, &ChartLimits::default()).expect("it is a chart");
    let mut env = RenderEnv::new("demo", SystemTime::UNIX_EPOCH, Randomness::from_fn(|bytes| bytes.fill(7)));
    env.profile = profile;
    let (values, options) = (ValuesOptions::default(), Options { limits: limits.clone(), ..Options::default() });
    let (engine, helper) = (Engine::new(), Helper::default());
    let rendered = std::thread::scope(|scope| {
        let help = || {
            let thread = std::thread::Builder::new().stack_size(Engine::HELPER_STACK);
            thread
                .spawn_scoped(scope, || engine.help(&helper, &chart, &values, &env, &options))
                .expect("a thread can begin")
        };
        match when {
            None => engine.render(&chart, &values, &env, &options),
            Some(When::Before) => {
                help().join().expect("it does not panic");
                engine.render_with(Some(&helper), &chart, &values, &env, &options)
            }
            Some(When::Beside) => {
                help();
                engine.render_with(Some(&helper), &chart, &values, &env, &options)
            }
        }
    });
    match rendered {
        Ok(rendered) => format!("{:?} {}{:?}", rendered.is_passing, rendered.to_text(), rendered.notes),
        Err(error) => format!("{error}"),
    }
}

fn check(files: &[(&str, &str)], limits: &RenderLimits) {
    for profile in [Profile::Helm4, Profile::Helm3] {
        let alone = outcome(files, profile, limits, None);
        for when in [When::Before].into_iter().chain([When::Beside; 6]) {
            assert_eq!(outcome(files, profile, limits, Some(when)), alone, "{when:?} {profile:?}");
        }
    }
}

/// Checks a chart with these templates `a` to `d`, each seen by all that come after it, and one with the same in a subchart.
fn check_templates(templates: [&str; 4]) {
    const VALUES: &str = "shared: {count: 0, list: [{count: 0}]}\nsub: {own: 1}\n";
    const CHART: &str = "apiVersion: v2\nname: demo\nversion: 1.0.0\nannotations: {tone: low}\n";
    for below in ["", "charts/sub/"] {
        let paths = ["a", "b", "c", "d"].map(|name| format!("{below}templates/{name}.yaml"));
        let mut files = vec![
            ("Chart.yaml", CHART),
            ("values.yaml", VALUES),
            ("templates/m.yaml", "kind: M\nmetadata: {name: m}\nseen: {{ .Values | toJson | quote }}\n"),
            ("charts/sub/Chart.yaml", "apiVersion: v2\nname: sub\nversion: 1.0.0\n"),
            ("charts/sub/values.yaml", VALUES),
            ("charts/sub/templates/x.yaml", "kind: X\nmetadata: {name: x}\nseen: {{ .Values | toJson | quote }}\n"),
            ("charts/sub/templates/y.yaml", "kind: Y\nmetadata: {name: y}\nname: {{ .Template.Name }}\n"),
        ];
        files.extend(paths.iter().map(String::as_str).zip(templates));
        check(&files, &RenderLimits::default());
    }
}

#[test]
fn templates_that_change_nothing_give_the_same() {
    let plain = "kind: A\nmetadata: {name: {{ .Release.Name }}}\ncount: {{ .Values.shared.count }}\n";
    check_templates([plain; 4]);
    check_templates(["", "kind: A\nat: {{ now | date \"2006\" }}\n", plain, "kind: B\nby: {{ randAlpha 3 }}\n"]);
    let local = "{{ $own := dict \"a\" 1 }}{{ $_ := set $own \"b\" (deepCopy .Values.shared) }}{{ $_ := set $own.b \"count\" 5 }}\
                 kind: A\nown: {{ toJson $own | quote }}\n";
    check_templates([local; 4]);
}

#[test]
fn what_templates_change_is_seen_by_those_that_follow() {
    let count = "{{ $_ := set .Values.shared \"count\" (add1 .Values.shared.count) }}kind: A\ncount: {{ .Values.shared.count }}\n";
    check_templates([count; 4]);
    let seen = "kind: A\nseen: {{ .Values.shared | toJson | quote }}\nalso: {{ .extra }}\nchart: {{ .Chart.Annotations | toJson | quote }}\n";
    for change in [
        "{{ $_ := set . \"extra\" 1 }}",
        "{{ $_ := unset .Values \"shared\" }}",
        "{{ $_ := unset .Values.shared \"count\" }}",
        "{{ $_ := merge .Values.shared (dict \"new\" 1) }}",
        "{{ $_ := mergeOverwrite .Values (dict \"shared\" (dict \"count\" 7)) }}",
        "{{ $_ := mustMergeOverwrite .Values.shared (dict \"count\" nil) }}",
        "{{ $_ := set (first .Values.shared.list) \"count\" 3 }}",
        "{{ $_ := set .Chart.Annotations \"tone\" \"high\" }}",
        "{{ $own := dict }}{{ $_ := merge $own (dict \"held\" .Values.shared) }}{{ $_ := set $own.held \"count\" 9 }}",
        "{{ tpl \"{{ $_ := set .Values.shared \\\"count\\\" 4 }}\" . }}",
        "{{ range $_, $map := .Values }}{{ if kindIs \"map\" $map }}{{ $_ := set $map \"count\" 2 }}{{ end }}{{ end }}",
    ] {
        for at in 0..4 {
            let mut templates = [seen; 4];
            templates[at] = change;
            check_templates(templates);
        }
    }
}

#[test]
fn a_parent_sees_the_template_of_its_subchart_that_came_last() {
    let chart = |name: &str| format!("apiVersion: v2\nname: {name}\nversion: 1.0.0\n");
    let seen = "kind: A\nseen: {{ .Subcharts | toJson | quote }}\n";
    let (demo, sub, other) = (chart("demo"), chart("sub"), chart("other"));
    let own = "kind: B\nname: {{ .Template.Name }}\n";
    check(
        &[
            ("Chart.yaml", &demo),
            ("templates/a.yaml", seen),
            ("templates/sub/deep/b.yaml", seen),
            ("charts/sub/Chart.yaml", &sub),
            ("charts/sub/templates/_partial.tpl", "{{ define \"p\" }}{{ end }}"),
            ("charts/sub/templates/c.yaml", own),
            ("charts/sub/templates/d/e/f.yaml", seen),
            ("charts/sub/charts/other/Chart.yaml", &other),
            ("charts/sub/charts/other/templates/g.yaml", own),
        ],
        &RenderLimits::default(),
    );
}

#[test]
fn the_first_error_is_the_one_that_is_told() {
    let (plain, fails) = ("kind: A\n", "kind: A\nx: {{ fail .Template.Name }}\n");
    for templates in [
        [fails; 4],
        [plain, plain, plain, fails],
        [fails, plain, plain, plain],
        [plain, fails, fails, plain],
        [plain, "{{ if }}", plain, fails],
        [plain, plain, "kind: {{ .Values.none.at.all }}", plain],
    ] {
        check_templates(templates);
    }
}

#[test]
fn limits_are_those_of_one() {
    let work = "kind: A\n{{ range until 1000 }}{{ end }}text: {{ repeat 1000 \"x\" }}\n";
    let templates = ["a", "b", "c", "d"].map(|name| format!("templates/{name}.yaml"));
    let mut files = vec![("Chart.yaml", "apiVersion: v2\nname: demo\nversion: 1.0.0\n")];
    files.extend(templates.iter().map(|path| (path.as_str(), work)));
    for limits in [
        RenderLimits { steps: 3_000, ..RenderLimits::default() },
        RenderLimits { output_bytes: 3_000, ..RenderLimits::default() },
        RenderLimits { memory_bytes: 150_000, ..RenderLimits::default() },
        RenderLimits::default(),
    ] {
        check(&files, &limits);
    }
}

#[test]
fn what_is_given_before_a_template_that_only_the_renderer_can_execute_is_forgotten_when_it_changes_something() {
    // The helper is slow with the third template, so that the renderer waits for it, and has no memory for it in the end.
    let change =
        "{{ $_ := getHostByName \"slow\" }}{{ $_ := repeat 8000000 \"x\" }}{{ $_ := set .Values \"count\" 7 }}";
    let seen = "kind: A\ncount: {{ .Values.count }}\n";
    let files = [
        ("Chart.yaml", "apiVersion: v2\nname: demo\nversion: 1.0.0\n"),
        ("values.yaml", "count: 0\n"),
        ("templates/a.yaml", seen),
        ("templates/b.yaml", seen),
        ("templates/c.yaml", change),
        ("templates/d.yaml", seen),
    ];
    let tree = FileTree::from_files(files.map(|(path, text)| (path, text.as_bytes()))).expect("the paths are plain");
    let chart = Chart::load(&tree, &ChartLimits::default()).expect("it is a chart");
    let mut env = RenderEnv::new("demo", SystemTime::UNIX_EPOCH, Randomness::from_fn(|bytes| bytes.fill(7)));
    let (asked, was_asked) = std::sync::mpsc::sync_channel(1);
    env.resolver = Some(Resolver::from_fn(move |_| {
        if std::thread::current().name() == Some("helper") {
            let _ = asked.send(());
            // Meanwhile the renderer comes to this template, too, and has to wait.
            std::thread::park_timeout(Duration::from_millis(300));
        }
        Some("127.0.0.1".to_owned())
    }));
    let (values, options) = (ValuesOptions::default(), Options::default());
    let (engine, helper) = (Engine::new(), Helper::default());
    let alone = engine.render(&chart, &values, &env, &options).expect("the chart renders").to_text();
    let helped = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("helper".to_owned()).stack_size(Engine::HELPER_STACK);
        thread
            .spawn_scoped(scope, || engine.help(&helper, &chart, &values, &env, &options))
            .expect("a thread can begin");
        was_asked.recv().expect("the helper comes to the template");
        engine.render_with(Some(&helper), &chart, &values, &env, &options).expect("the chart renders").to_text()
    });
    assert_eq!(helped, alone);
    assert!(alone.contains("count: 7"), "{alone}");
}
