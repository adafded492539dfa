//! Objects of the kinds ConfigMap and Secret made from files, environment files and literals.
//!
//! Source: kustomize `api/internal/generators` and `api/kv` 0.21.1.

use towpath_yaml::base64_lines;

use crate::{
    error::KustomizeError,
    helm,
    kustomization::{Generator, GeneratorOptions, Pairs, Text},
    node::{Entry, Kind, Node, Scalar, Style, Tag},
    output::Origin,
    resource::{Behavior, Resource},
    site::Site,
    target::Target,
};

/// The longest line of an environment file: where Go's scanner gives up.
const MOST_LINE: usize = 64 << 10;

/// Returns what the generators of a kustomization file make, in kustomize's order.
pub(crate) fn generate(target: &Target<'_>) -> Result<Vec<Resource>, KustomizeError> {
    let file = &target.kustomization;
    let config_maps = file.config_maps.iter().map(|generator| ("ConfigMap", "configMapGenerator", generator));
    let secrets = file.secrets.iter().map(|generator| ("Secret", "secretGenerator", generator));
    let one = |(kind, field, generator): (&str, &'static str, &Generator)| {
        let global = file.generator_options.as_ref();
        let options = GeneratorOptions::merged(generator.options.as_ref(), global);
        let made = make(target.site(), kind, generator, &options)
            .map_err(|error| error.during(format!("generating {kind} '{}' of {}", generator.name, target.file)))?;
        let plugin = if kind == "Secret" { "SecretGenerator" } else { "ConfigMapGenerator" };
        let origin = Origin { generator: Some(field), ..made.origin.clone() };
        Ok(Resource { note: target.plugin_note(plugin), origin, ..made })
    };
    let mut all: Vec<Resource> = config_maps.chain(secrets).map(one).collect::<Result<_, KustomizeError>>()?;
    for chart in &file.helm_charts {
        let made = helm::inflate(target.site(), &file.helm_globals, chart, target.chart_namespace())
            .map_err(|error| error.during(format!("inflating chart '{}' of {}", chart.name, target.file)))?;
        all.extend(made.into_iter().map(|resource| Resource {
            note: target.plugin_note("HelmChartInflationGenerator"),
            origin: Origin { generator: Some("helmCharts"), ..resource.origin.clone() },
            ..resource
        }));
    }
    Ok(all)
}

/// Returns the object that one generator makes.
pub(crate) fn make(
    site: Site<'_>,
    kind: &str,
    generator: &Generator,
    options: &GeneratorOptions,
) -> Result<Resource, KustomizeError> {
    if generator.name.is_empty() {
        let message = "a configmap must have a name".to_owned();
        return Err(site.error(generator.span, message, Vec::new()));
    }
    let mut node = Kind::Mapping.empty();
    let mut set = |name: &str, value: Node| {
        let _ = node.set_field(name, Some(value));
    };
    set("apiVersion", Node::text("v1"));
    set("kind", Node::text(kind));
    set("metadata", Node::Mapping(metadata(generator, options)));
    if kind == "Secret" {
        set("type", Node::text(if generator.kind.is_empty() { "Opaque" } else { &generator.kind }));
    }
    let pairs = pairs(site, generator)?;
    for (name, entries) in if kind == "Secret" { secret_data(&pairs) } else { config_map_data(&pairs) } {
        set(name, Node::Mapping(entries));
    }
    if options.immutable {
        set("immutable", Node::Scalar(Scalar::tagged("true", Tag::Boolean)));
    }
    let origin = Origin { file: site.file.clone(), line: site.location(generator.span).line, generator: None };
    Ok(Resource {
        needs_hash: !options.disable_hash,
        behavior: Behavior::parse(&generator.behavior),
        ..Resource::new(node, origin)
    })
}

fn metadata(generator: &Generator, options: &GeneratorOptions) -> Vec<Entry> {
    let mut entries = vec![Entry::new("name", Node::text(&generator.name))];
    if !generator.namespace.is_empty() {
        entries.push(Entry::new("namespace", Node::text(&generator.namespace)));
    }
    for (name, pairs) in [("labels", &options.labels), ("annotations", &options.annotations)] {
        if !pairs.is_empty() {
            let pairs = pairs.iter().map(|(key, value)| Entry::new(key, Node::text(value)));
            entries.push(Entry::new(name, Node::Mapping(pairs.collect())));
        }
    }
    entries
}

type Data = std::collections::BTreeMap<String, Vec<u8>>;

/// Returns keys and values of all sources; a key that stands twice is an error.
fn pairs(site: Site<'_>, generator: &Generator) -> Result<Data, KustomizeError> {
    let mut all: Vec<(String, Vec<u8>, &Text)> = Vec::new();
    for source in &generator.envs {
        let (_, bytes) = site.load(source)?;
        let pairs = environment(&bytes).map_err(|problem| site.error(source.span, problem, Vec::new()))?;
        all.extend(pairs.into_iter().map(|(key, value)| (key, value, source)));
    }
    for source in &generator.literals {
        match source.text.split_once('=') {
            Some((key, value)) if !key.is_empty() => {
                all.push((key.to_owned(), unquoted(value).as_bytes().to_vec(), source));
            }
            _ => {
                let message = format!("invalid literal source {}, expected key=value", source.text);
                return Err(site.error(source.span, message, Vec::new()));
            }
        }
    }
    for source in &generator.files {
        let (key, path) = file_source(&source.text).map_err(|problem| site.error(source.span, problem, Vec::new()))?;
        let (_, bytes) = site.load(&Text { text: path.to_owned(), span: source.span })?;
        all.push((key.to_owned(), bytes.to_vec(), source));
    }
    let mut data = Data::new();
    for (key, value, source) in all {
        if data.contains_key(&key) {
            let message = format!("configmap {} illegally repeats the key `{key}`", generator.name);
            return Err(site.error(source.span, message, Vec::new()));
        }
        data.insert(key, value);
    }
    Ok(data)
}

/// Returns key and path of `[key=]path`; the key is the file's name where none is written.
fn file_source(source: &str) -> Result<(&str, &str), String> {
    match source.split('=').collect::<Vec<_>>()[..] {
        [path] => Ok((path.trim_end_matches('/').rsplit('/').next().unwrap_or(path), path)),
        ["", path] => Err(format!("missing key name for file path {path:?} in source {source:?}")),
        [key, ""] => Err(format!("missing file path for key name {key:?} in source {source:?}")),
        [key, path] => Ok((key, path)),
        _ => Err(format!("source {source:?} key name or file path contains '='")),
    }
}

/// Returns the pairs of an environment file: `key=value` lines, `#` comments; a key without `=` has an empty value.
fn environment(bytes: &[u8]) -> Result<Vec<(String, Vec<u8>)>, String> {
    let mut pairs = Vec::new();
    for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        if line.len() >= MOST_LINE {
            // Go's scanner stops here without a word.
            break;
        }
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let text = std::str::from_utf8(line).map_err(|_| format!("line {} has invalid utf8 bytes", index + 1))?;
        let text = if index == 0 { text.strip_prefix('\u{feff}').unwrap_or(text) } else { text };
        let text = text.trim_start();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        let (key, value) = text.split_once('=').unwrap_or((text, ""));
        if !key.is_empty() {
            pairs.push((key.to_owned(), value.as_bytes().to_vec()));
        }
    }
    Ok(pairs)
}

fn unquoted(text: &str) -> &str {
    let within = |quote: char| text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    within('"').or_else(|| within('\'')).unwrap_or(text)
}

fn config_map_data(pairs: &Data) -> Vec<(&'static str, Vec<Entry>)> {
    let (mut texts, mut binaries) = (Vec::new(), Vec::new());
    for (key, value) in pairs {
        match std::str::from_utf8(value) {
            Ok(text) => texts.push(Entry::new(key, data_text(text.to_owned()))),
            Err(_) => binaries.push(Entry::new(key, data_text(base64_lines(value)))),
        }
    }
    [("data", texts), ("binaryData", binaries)].into_iter().filter(|(_, entries)| !entries.is_empty()).collect()
}

fn secret_data(pairs: &Data) -> Vec<(&'static str, Vec<Entry>)> {
    let entries = pairs.iter().map(|(key, value)| Entry::new(key, data_text(base64_lines(value))));
    vec![("data", entries.collect())]
}

fn data_text(text: String) -> Node {
    let style = if text.contains('\n') { Style::Literal } else { Style::Plain };
    Node::Scalar(Scalar { text, tag: Tag::Text, style, keep: false, shared: 0 })
}

impl Resource {
    /// Adds the data of the object that this one is merged with, where it has none of its own.
    pub(crate) fn merge_data(&mut self, old: &Self) {
        for name in ["data", "binaryData"] {
            let pairs = |node: Option<&Node>| -> Pairs {
                let entries = node.map_or(&[][..], Node::entries).iter();
                entries.map(|entry| (entry.key.text.clone(), entry.value.text_or_empty().to_owned())).collect()
            };
            let mut merged = pairs(old.node.field(name));
            merged.extend(pairs(self.node.field(name)));
            self.node.clear(name);
            if !merged.is_empty() {
                let entries = merged.into_iter().map(|(key, value)| Entry::new(key, data_text(value)));
                let _ = self.node.set_field(name, Some(Node::Mapping(entries.collect())));
            }
        }
    }
}
