//! What Kubernetes' OpenAPI document says about the built-in kinds: which lists merge, and which kinds have no namespace.

use std::{borrow::Cow, sync::OnceLock};

use foldhash::{HashMap, HashSet};

use crate::open_api::Part;

/// How a list is merged.
#[derive(Debug)]
pub(crate) struct MergedList<'s> {
    /// The fields that name an element; none for lists of texts.
    pub(crate) keys: Cow<'s, [&'s str]>,
    /// What is known about the elements.
    pub(crate) element: Option<Schema<'s>>,
}

/// What is known about a field.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Schema<'s> {
    /// Known, and nothing below it is merged.
    Plain,
    /// An object of the table.
    Object(usize),
    /// A list of the table.
    List(&'static List),
    /// Of a document that the build names.
    Given(Part<'s>),
}

#[derive(Debug)]
enum Field {
    Object(usize),
    List(List),
}

/// A merged list of the table.
#[derive(Debug)]
pub(crate) struct List {
    keys: Vec<&'static str>,
    element: Option<usize>,
}

#[derive(Debug)]
struct Table {
    /// Version, kind, and the place of its type; nothing where nothing below it is merged.
    kinds: Vec<(&'static str, &'static str, Option<usize>)>,
    types: Vec<Lines>,
}

/// The lines of a type, of which most builds ask for few.
#[derive(Debug)]
struct Lines {
    /// Its name in the document.
    name: &'static str,
    text: &'static str,
    read: OnceLock<Box<Type>>,
}

#[derive(Debug, Default)]
struct Type {
    fields: HashMap<&'static str, Field>,
    known: HashSet<&'static str>,
}

/// Returns what is known about a kind, or nothing for kinds that are not built in.
pub(crate) fn of_kind(api_version: &str, kind: &str) -> Option<Schema<'static>> {
    let (.., index) = table().kinds.iter().find(|(version, name, _)| *name == kind && *version == api_version)?;
    Some(index.map_or(Schema::Plain, Schema::Object))
}

/// Returns what is known about a definition of the document, if anything below it is merged.
pub(crate) fn of_definition(name: &str) -> Option<Schema<'static>> {
    table().types.iter().position(|lines| lines.name == name).map(Schema::Object)
}

/// Where the objects of a kind stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    Cluster,
    Namespaces,
}

/// Returns where the objects of a built-in kind stand; nothing for kinds that are not built in.
pub(crate) fn scope(group: &str, version: &str, kind: &str) -> Option<Scope> {
    // It is asked for in every build, and stands where no memory has to be found for it.
    static KINDS: OnceLock<[(TypeName, Scope); N_SCOPES]> = OnceLock::new();
    let kinds = KINDS.get_or_init(scopes);
    let wanted = (kind, version, group);
    kinds.binary_search_by(|(name, _)| (*name).cmp(&wanted)).ok().map(|at| kinds[at].1)
}

/// Kind, version, group.
type TypeName = (&'static str, &'static str, &'static str);

/// How many kinds have a scope, how many kinds there are, and how many types.
const N_SCOPES: usize = 82;
const N_KINDS: usize = 269;
const N_TYPES: usize = 126;

/// Returns the scopes of all built-in kinds that have one, sorted: the first lines of the table.
fn scopes() -> [(TypeName, Scope); N_SCOPES] {
    let lines = TABLE.lines().map_while(|line| {
        let (scope, name) = line.split_once(' ')?;
        let scope = match scope {
            "cluster" => Scope::Cluster,
            "namespaced" => Scope::Namespaces,
            _ => return None,
        };
        let (api_version, kind) = name.split_once(' ')?;
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        Some(((kind, version, group), scope))
    });
    let mut kinds = [(("", "", ""), Scope::Namespaces); N_SCOPES];
    for (place, kind) in kinds.iter_mut().zip(lines) {
        *place = kind;
    }
    kinds.sort_unstable_by_key(|(name, _)| *name);
    kinds
}

const TABLE: &str = include_str!("../schema/kubernetes-1.21.txt");

impl<'s> Schema<'s> {
    /// Returns what is known about a field of the object, or nothing for a field that it does not have.
    pub(crate) fn field(self, name: &str) -> Option<Self> {
        match self {
            Self::Plain | Self::List(_) => Some(Self::Plain),
            Self::Given(part) => part.field(name),
            Self::Object(index) => {
                let owner = table().types[index].read();
                match owner.fields.get(name) {
                    Some(Field::Object(index)) => Some(Self::Object(*index)),
                    Some(Field::List(list)) => Some(Self::List(list)),
                    None => owner.known.contains(name).then_some(Self::Plain),
                }
            }
        }
    }

    /// Returns how the list is merged, or nothing where it is replaced.
    pub(crate) fn merged_list(self) -> Option<MergedList<'s>> {
        match self {
            Self::List(list) => {
                let element = list.element.map_or(Schema::Plain, Schema::Object);
                Some(MergedList { keys: Cow::Borrowed(&list.keys), element: Some(element) })
            }
            Self::Given(part) => Some(MergedList { keys: part.merge_keys()?, element: part.element() }),
            Self::Plain | Self::Object(_) => None,
        }
    }
}

fn table() -> &'static Table {
    static PARSED: OnceLock<Table> = OnceLock::new();
    PARSED.get_or_init(|| parse(TABLE))
}

/// Takes the table apart; its format stands in `schema/extract`.
fn parse(text: &'static str) -> Table {
    let mut table = Table { kinds: Vec::with_capacity(N_KINDS), types: Vec::with_capacity(N_TYPES) };
    let mut blocks = text.split("\ntype ");
    let plain = blocks.next().unwrap_or_default().lines().filter_map(|line| line.strip_prefix("plain "));
    table.kinds.extend(plain.filter_map(|line| line.split_once(' ')).map(|(version, kind)| (version, kind, None)));
    for (number, block) in blocks.enumerate() {
        let (heading, text) = block.split_once('\n').unwrap_or((block, ""));
        let name = heading.split_once(' ').map_or(heading, |(_number, name)| name);
        table.types.push(Lines { name, text, read: OnceLock::new() });
        let kinds = text.lines().filter_map(|line| line.strip_prefix("kind ")?.split_once(' '));
        table.kinds.extend(kinds.map(|(version, kind)| (version, kind, Some(number))));
    }
    table
}

impl Lines {
    fn read(&self) -> &Type {
        self.read.get_or_init(|| {
            let mut read = Box::<Type>::default();
            for line in self.text.lines() {
                let mut words = line.split(' ');
                let mut word = || words.next().unwrap_or("");
                match word() {
                    "kind" => {}
                    "field" => {
                        let (name, target) = (word(), word().parse().unwrap_or(0));
                        read.fields.insert(name, Field::Object(target));
                    }
                    "merge" => {
                        let (name, element, keys) = (word(), word().parse().ok(), word());
                        let keys = keys.split(',').filter(|key| *key != "-").collect();
                        read.fields.insert(name, Field::List(List { keys, element }));
                    }
                    _ => read.known.extend(words),
                }
            }
            read
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{N_KINDS, N_SCOPES, N_TYPES, Scope, TABLE, of_kind, scope, table};

    #[test]
    fn containers_merge_by_name_and_ports_by_two_keys() {
        let deployment = of_kind("apps/v1", "Deployment").unwrap();
        let path = ["spec", "template", "spec", "containers"];
        let containers = path.iter().fold(deployment, |schema, field| schema.field(field).unwrap());
        let list = containers.merged_list().unwrap();
        assert_eq!(*list.keys, ["name"]);
        let ports = list.element.unwrap().field("ports").unwrap().merged_list().unwrap();
        assert_eq!(*ports.keys, ["containerPort", "protocol"]);
        assert!(list.element.unwrap().field("args").unwrap().merged_list().is_none());
        assert!(deployment.field("nonsense").is_none());
        assert!(of_kind("example.com/v1", "Deployment").is_none());
        assert_eq!(scope("", "v1", "Namespace"), Some(Scope::Cluster));
        assert_eq!(scope("apps", "v1", "Deployment"), Some(Scope::Namespaces));
        assert_eq!(scope("apps", "v2", "Deployment"), None);
    }

    #[test]
    fn the_table_has_room_for_what_it_holds() {
        let scoped = TABLE.lines().filter(|line| line.starts_with("cluster ") || line.starts_with("namespaced "));
        assert_eq!((scoped.count(), table().kinds.len(), table().types.len()), (N_SCOPES, N_KINDS, N_TYPES));
        assert!(table().types.iter().all(|lines| !lines.name.is_empty() && !lines.text.is_empty()));
    }
}
