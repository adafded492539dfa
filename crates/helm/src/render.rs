use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use towpath_gotmpl::Map;

use crate::{
    Chart, HelmError, Helper, Manifest, Profile, RenderEnv, RenderLimits, Rendered, ValuesOptions, advice,
    chart::{Instance, StoredFile},
    engine::{Executed, SMALL, Texts},
    error::Problem,
    output,
    post_render::{self, PostRenderer},
    ready::Ready,
    schema,
    values::{Effort, Mode, coalesce_values},
};

/// What of a rendering is wanted.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// `--include-crds`
    pub crds: Crds,
    /// `--skip-tests`, `--no-hooks`
    pub hooks: Hooks,
    /// `--skip-schema-validation`
    pub schema: Schema,
    /// `--show-only`: shell patterns of template paths below the chart; empty shows all.
    pub show_only: Vec<String>,
    /// `--post-renderer`
    pub post_renderer: Option<PostRenderer>,
    /// Where templates are parsed.
    pub parsing: Parsing,
    /// What rendering may use.
    pub limits: RenderLimits,
}

/// Where templates are parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Parsing {
    /// On a thread of its own while the values are made ready.
    #[default]
    Beside,
    /// On the thread that renders: for those who parse them with [`Engine::parse`] before, or keep all cores busy themselves.
    Here,
}

/// Whether custom resource definitions are part of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Crds {
    /// They are left out.
    #[default]
    Omit,
    /// They come first.
    Include,
}

/// Which hooks are part of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Hooks {
    /// All of them.
    #[default]
    All,
    /// All but tests.
    WithoutTests,
    /// None.
    Omit,
}

/// Whether values are held against `values.schema.json`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Schema {
    /// They are.
    #[default]
    Check,
    /// They are not.
    Skip,
}

/// Renders charts, and keeps each text that it has parsed: environments of one chart, and charts that vendor the same library,
/// share it. Threads may render with one engine at the same time.
///
/// ```
/// use std::time::SystemTime;
/// use towpath_helm::{Chart, ChartLimits, Engine, Options, Randomness, RenderEnv, ValuesOptions};
/// use towpath_model::FileTree;
///
/// let tree = FileTree::from_files([
///     ("Chart.yaml", b"apiVersion: v2\nname: hello\nversion: 1.0.0\n".as_slice()),
///     ("templates/config.yaml", b"kind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\n"),
/// ])?;
/// let chart = Chart::load(&tree, &ChartLimits::default())?;
/// let engine = Engine::new();
/// for name in ["blue", "green"] {
///     let env = RenderEnv::new(name, SystemTime::UNIX_EPOCH, Randomness::seeded(1));
///     let rendered = engine.render(&chart, &ValuesOptions::default(), &env, &Options::default())?;
///     assert!(rendered.to_text().contains(&format!("{{name: {name}}}")));
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct Engine {
    texts: Texts,
}

impl Engine {
    /// Bytes of a chart's templates that may be given to [`Engine::parse`] before the whole chart is known: a rendering looks
    /// whether more of them are too much to be parsed.
    pub const UNCHECKED_BYTES: usize = SMALL;

    /// Bytes of stack that a thread needs which calls [`Engine::help`].
    pub const HELPER_STACK: usize = 32 << 20;

    /// Returns an engine that has parsed nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Parses a template of a chart that is perhaps still being read, so that rendering finds it done. What cannot be parsed is
    /// left to the rendering, whose error names the file.
    pub fn parse(&self, text: &Arc<[u8]>, profile: Profile) {
        self.texts.parse(text, profile);
    }

    /// Renders a chart.
    ///
    /// # Errors
    /// As [`Self::render_with`].
    pub fn render(
        &self,
        chart: &Chart,
        values: &ValuesOptions,
        env: &RenderEnv,
        options: &Options,
    ) -> Result<Rendered, HelmError> {
        self.render_with(None, chart, values, env, options)
    }

    /// Renders a chart, perhaps with a helper: another thread that calls [`Self::help`] with it and the same of all else, at any
    /// time. The result is the same; each helper serves one rendering. The resolver and the random source may be asked for
    /// more, and in another order.
    ///
    /// # Errors
    /// When the values cannot be read, subcharts are missing, a template fails or what it gives is no manifest; the text of
    /// the error is Helm's.
    pub fn render_with(
        &self,
        helper: Option<&Helper>,
        chart: &Chart,
        values: &ValuesOptions,
        env: &RenderEnv,
        options: &Options,
    ) -> Result<Rendered, HelmError> {
        let ended = || HelmError::Ended(chart.metadata.name.clone());
        Texts::check_size(chart)?;
        let is_parsed = AtomicBool::new(false);
        let helper = helper.filter(|_| is_helpful(chart, values, env));
        let render = || {
            let rendered = render_here(chart, values, env, options, &self.texts, (&is_parsed, helper));
            helper.inspect(|helper| helper.dismiss());
            is_parsed.store(true, Ordering::Relaxed);
            rendered
        };
        let parse_ahead = || self.texts.parse_ahead(chart, env.profile, &is_parsed);
        // One thread parses what the other will execute once it has the values. Templates may include each other a thousand
        // times deep: the other has the stack for that.
        std::thread::scope(|scope| {
            if options.limits.stack_is_here {
                if options.parsing == Parsing::Beside {
                    // Without it this thread parses itself.
                    let _ = std::thread::Builder::new().name("parse".to_owned()).spawn_scoped(scope, parse_ahead);
                }
                return render();
            }
            let thread = std::thread::Builder::new().name("render".to_owned()).stack_size(options.limits.stack_bytes);
            let thread = thread.spawn_scoped(scope, render).map_err(|_| ended())?;
            if options.parsing == Parsing::Beside {
                parse_ahead();
            }
            thread.join().map_err(|_| ended())?
        })
    }

    /// Executes templates for a thread that renders the same with the same helper, as long as that one wants it. This thread
    /// needs [`Self::HELPER_STACK`] bytes of stack.
    pub fn help(&self, helper: &Helper, chart: &Chart, values: &ValuesOptions, env: &RenderEnv, options: &Options) {
        // What is wrong the other thread finds, too, and says.
        if !is_helpful(chart, values, env) || Texts::check_size(chart).is_err() {
            return;
        }
        let Ok(ready) = Ready::new(chart, values, env) else { return };
        let Ok(templates) = ready.templates(env, &self.texts, Some(helper)) else { return };
        // What takes much memory is left to the other thread, so that two do not take twice as much.
        let limits = RenderLimits {
            stack_bytes: Self::HELPER_STACK,
            memory_bytes: options.limits.memory_bytes.min(HELPER_BYTES),
            output_bytes: options.limits.output_bytes.min(HELPER_BYTES),
            ..options.limits.clone()
        };
        templates.help(env, &limits, helper);
    }
}

/// Bytes of output, and of values, that a helper makes; and of files that its templates may print.
const HELPER_BYTES: usize = 2 << 20;

/// Whether two threads may each do a part. Seeded texts come one after the other, files of `--set-file` are read once, and what
/// takes much memory must not take it twice.
fn is_helpful(chart: &Chart, values: &ValuesOptions, env: &RenderEnv) -> bool {
    let bytes = bytes_of_files(chart);
    !env.randomness.is_seeded() && values.set_file.is_empty() && bytes <= HELPER_BYTES as u64
}

/// Returns the bytes of what `.Files` of a chart and its subcharts hold.
fn bytes_of_files(chart: &Chart) -> u64 {
    let own = chart.files.iter().map(StoredFile::bytes).sum::<u64>();
    chart.subcharts.iter().map(bytes_of_files).fold(own, u64::saturating_add)
}

/// Renders one chart, as [`Engine::render`] does.
///
/// # Errors
/// As [`Engine::render`].
pub fn render(
    chart: &Chart,
    values: &ValuesOptions,
    env: &RenderEnv,
    options: &Options,
) -> Result<Rendered, HelmError> {
    Engine::new().render(chart, values, env, options)
}

fn render_here(
    chart: &Chart,
    given: &ValuesOptions,
    env: &RenderEnv,
    options: &Options,
    texts: &Texts,
    (is_parsed, helper): (&AtomicBool, Option<&Helper>),
) -> Result<Rendered, HelmError> {
    let profile = env.profile;
    let ready = Ready::new(chart, given, env)?;
    if options.schema == Schema::Check {
        schema::check(&ready.instance, &ready.coalesced, profile)?;
    }
    ready.check_kube_version(profile)?;
    let templates = ready.templates(env, texts, helper)?;
    is_parsed.store(true, Ordering::Relaxed);
    let executed = templates.execute(env, &options.limits, helper);
    let Ready { instance, coalesced, .. } = ready;
    // What templates saw as an empty file was none.
    if let Some(error) = chart.failure.take() {
        return Err(HelmError::Source(error));
    }
    let Executed { mut outputs, is_passing } =
        executed.map_err(|error| advice::advise(error, &instance, &coalesced, given))?;
    let notes_path = format!("{}/templates/NOTES.txt", instance.path);
    let notes =
        outputs.iter().find(|(path, _)| *path == notes_path).map(|(_, text)| text.to_string_lossy().into_owned());
    outputs.retain(|(path, _)| !path.ends_with("NOTES.txt"));
    if let (Some(post_renderer), Profile::Helm4) = (&options.post_renderer, profile) {
        outputs = post_render::files(&outputs, post_renderer, profile)?;
    }
    let sorted = output::sort(&outputs, profile)?;
    let hooks = sorted.hooks.into_iter().filter(|hook| match options.hooks {
        Hooks::All => true,
        Hooks::WithoutTests => !hook.events.contains(&crate::HookEvent::Test),
        Hooks::Omit => false,
    });
    let definitions = match options.crds {
        Crds::Omit => Vec::new(),
        Crds::Include => instance.definitions()?.into_iter().map(definition).collect(),
    };
    let mut rendered = Rendered {
        definitions,
        manifests: sorted.manifests,
        hooks: hooks.collect(),
        notes,
        profile,
        show_only: None,
        rewritten: None,
        is_passing: is_passing || options.post_renderer.is_some(),
    };
    if let (Some(post_renderer), Profile::Helm3) = (&options.post_renderer, profile) {
        rendered.rewritten = Some(post_render::text(&rendered.manifest_text(), post_renderer)?);
    }
    if !options.show_only.is_empty() {
        rendered.choose(&options.show_only).map_err(|pattern| {
            let problem = Problem::new(format!("could not find template {pattern} in chart"));
            HelmError::Release(problem.hint("the path begins below the chart: templates/service.yaml"))
        })?;
    }
    Ok(rendered)
}

fn definition((path, content): (String, Arc<[u8]>)) -> Manifest {
    let content = String::from_utf8_lossy(&content).into_owned();
    Manifest {
        path,
        api_version: String::new(),
        kind: "CustomResourceDefinition".to_owned(),
        name: String::new(),
        content,
    }
}

/// Returns the values that templates of the root chart see, for callers that want to show them.
///
/// # Errors
/// As [`render`], as far as values are concerned.
pub fn effective_values(chart: &Chart, values: &ValuesOptions, profile: Profile) -> Result<String, HelmError> {
    let values: Map = values.merge(profile)?;
    let mut instance = Instance::new(chart, profile)?;
    let effort = Effort::new(profile);
    instance.process_dependencies(&values, &effort)?;
    let coalesced = coalesce_values(&instance, &values, Mode::Coalesce, &effort)?;
    let text = crate::golang::yaml::emit(&coalesced.into());
    text.map(|text| text + "\n").map_err(|message| HelmError::Values(Problem::new(message)))
}
