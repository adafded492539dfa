//! What a user can do about a template that failed for want of a value: which value, where it could be set, what is near.

use towpath_gotmpl::{Error, Map, Str, Value};
use towpath_model::nearest;
use towpath_yaml::{Node, Profile as Yaml, decode, parse_first};

use crate::{HelmError, ValuesOptions, chart::Instance};

/// Adds to a template's failure which value was missing, and which file could set it.
pub(crate) fn advise(mut error: HelmError, instance: &Instance<'_>, values: &Map, given: &ValuesOptions) -> HelmError {
    if let HelmError::Template(failure) = &mut error {
        match Missing::of(&failure.error, instance, values) {
            Some(missing) => failure.hints.extend(missing.hints(instance, given)),
            None => failure.hints.extend(of_other_data(&failure.error)),
        }
    }
    error
}

/// Says what is null where the template asked what it was given instead of the values themselves.
fn of_other_data(error: &Error) -> Option<String> {
    let root = error.root();
    let field = root.message().strip_prefix("nil pointer evaluating interface {}.")?;
    let node = &root.place()?.node;
    let before = node.split(' ').find_map(|word| word.find(&format!(".{field}")).map(|at| &word[..at]))?;
    let given = if before.starts_with('$') { "" } else { "; `.` is what `with`, `range` or the caller gave" };
    let before = if before.is_empty() { "." } else { before };
    Some(format!("`{before}` is null or not set where `{node}` looks for `{field}`{given}"))
}

/// A value that a template asked for and that is not there.
struct Missing {
    /// The names of the subcharts that lead to the chart whose template asked.
    owner: Vec<String>,
    /// What is there, below the chart's own values.
    parent: Vec<String>,
    /// What is not.
    key: String,
    state: State,
    /// A key beside it whose name is nearly the same.
    near: Option<String>,
}

enum State {
    Absent,
    Null,
    /// It is there and no table, so that nothing can stand below it.
    NoTable(&'static str),
}

impl Missing {
    fn of(error: &Error, instance: &Instance<'_>, values: &Map) -> Option<Self> {
        let root = error.root();
        let place = root.place()?;
        let path = path_in(&place.node)?;
        // A helper sees what the template gave it that is outermost: its chart's values.
        let file = error.calls().first().map_or(&place.file, |call| &call.file).to_string_lossy().into_owned();
        let owner = owner_of(&file, instance);
        let mut table =
            owner.iter().try_fold(values.clone(), |table, name| match table.get(Str::from(name.as_str())) {
                Some(Value::Map(inner)) => Some(inner),
                _ => None,
            })?;
        for (at, key) in path.iter().enumerate() {
            let missing = |state| {
                let keys: Vec<String> =
                    table.entries().iter().map(|(key, _)| key.to_string_lossy().into_owned()).collect();
                let candidates: Vec<&str> = keys.iter().map(String::as_str).filter(|other| other != key).collect();
                let near = matches!(state, State::Absent).then(|| nearest(key, &candidates)).flatten();
                // Of short names everything is near; a slip keeps the first letter.
                let near = near.filter(|near| near.chars().next() == key.chars().next()).map(str::to_owned);
                Some(Self { owner: owner.clone(), parent: path[..at].to_vec(), key: key.clone(), state, near })
            };
            let is_last = at + 1 == path.len();
            match table.get(Str::from(key.as_str())) {
                None => return missing(State::Absent),
                Some(Value::Nil) => return missing(State::Null),
                Some(Value::Map(inner)) => table = inner,
                Some(_) if is_last => return None,
                Some(other) => return missing(State::NoTable(kind(&other))),
            }
        }
        None
    }

    fn hints(&self, instance: &Instance<'_>, given: &ValuesOptions) -> Vec<String> {
        let inner = [self.parent.as_slice(), std::slice::from_ref(&self.key)].concat();
        let path = [self.owner.as_slice(), &inner].concat().join(".");
        let mut hints = Vec::new();
        if let Some(near) = &self.near {
            let near = [self.owner.as_slice(), &self.parent, std::slice::from_ref(near)].concat().join(".");
            hints.push(format!("did you mean `{near}`? it is set, `{path}` is not"));
        }
        // What stands in a file may be the value itself, as a null or a text, or the table that it belongs to.
        let wanted = if matches!(self.state, State::Absent) { self.parent.as_slice() } else { inner.as_slice() };
        let found = (!wanted.is_empty()).then(|| where_set(&self.owner, wanted, instance, given)).flatten();
        let wanted = [self.owner.as_slice(), wanted].concat().join(".");
        let set = format!("--set {path}=…");
        hints.push(match (&self.state, found) {
            (State::Absent, Some(place)) => {
                format!("`{path}` is not set: add `{}` to `{wanted}` at {place}, or give {set}", self.key)
            }
            (State::Absent, None) => {
                format!("`{path}` is not set: add it to {}, or give {set}", files(instance, given))
            }
            (State::Null, Some(place)) => format!("`{path}` is null at {place}: set it there, or give {set}"),
            (State::Null, None) => {
                format!("`{path}` is null: set it in {}, or give {set}", files(instance, given))
            }
            (State::NoTable(kind), place) => {
                let place = place.map_or_else(String::new, |place| format!(" at {place}"));
                format!("`{path}` is a {kind}{place}, and the template looks for a key below it: make it a table")
            }
        });
        hints
    }
}

/// Returns the names behind `.Values.` in a node, such as `service` and `port`.
fn path_in(node: &str) -> Option<Vec<String>> {
    let rest = &node[node.rfind(".Values.")? + ".Values.".len()..];
    let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')).unwrap_or(rest.len());
    let path: Vec<String> = rest[..end].split('.').map(str::to_owned).collect();
    path.iter().all(|key| !key.is_empty()).then_some(path)
}

/// Returns the names of the subcharts on the way to the chart that a template belongs to.
fn owner_of(file: &str, instance: &Instance<'_>) -> Vec<String> {
    let (mut names, mut current) = (Vec::new(), instance);
    while let Some(child) = current.children.iter().find(|child| file.starts_with(&format!("{}/", child.path))) {
        names.push(child.metadata.name.clone());
        current = child;
    }
    names
}

/// Returns the last place that sets a value, as `file:line`: of the values files given, then of the charts' own.
fn where_set(owner: &[String], inner: &[String], instance: &Instance<'_>, given: &ValuesOptions) -> Option<String> {
    let whole = [owner, inner].concat();
    let of_files = given
        .files
        .iter()
        .rev()
        .find_map(|file| line_of(&file.content, &whole).map(|line| format!("{}:{line}", file.name)));
    of_files.or_else(|| {
        // A chart sets the values of its subcharts before they set their own.
        let mut current = instance;
        for (at, name) in std::iter::once(None).chain(owner.iter().map(Some)).enumerate() {
            if let Some(name) = name {
                current = current.children.iter().find(|child| child.metadata.name == *name)?;
            }
            let own = current.chart.values.as_deref().and_then(|content| line_of(content, &whole[at..]));
            if let Some(line) = own {
                return Some(format!("{}/values.yaml:{line}", current.path));
            }
        }
        None
    })
}

/// Returns the line of the key at a path.
fn line_of(content: &[u8], path: &[String]) -> Option<usize> {
    let text = decode(content).ok()?;
    let document = parse_first(&text, Yaml::Go2).ok()??;
    let mut node: Node<'_, '_> = document.root();
    let mut line = None;
    for key in path {
        let (found, value) = node.resolved().entries().find(|(candidate, _)| candidate.text() == Some(key))?;
        line = Some(found.line());
        node = value;
    }
    line
}

/// Returns the files that a value could be written to.
fn files(instance: &Instance<'_>, given: &ValuesOptions) -> String {
    match given.files.last() {
        Some(file) => format!("{} or {}/values.yaml", file.name, instance.path),
        None => format!("{}/values.yaml or a values file", instance.path),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Str(_) => "text",
        Value::Bool(_) => "truth value",
        Value::List(_) => "list",
        _ => "number",
    }
}
