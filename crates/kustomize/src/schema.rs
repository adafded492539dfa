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

#[derive(Debug, Default)]
struct Table {
    kinds: HashMap<(&'static str, &'static str), Option<usize>>,
    types: Vec<Type>,
    /// By their names in the document.
    names: HashMap<&'static str, usize>,
}

#[derive(Debug, Default)]
struct Type {
    fields: HashMap<&'static str, Field>,
    known: HashSet<&'static str>,
}

/// Returns what is known about a kind, or nothing for kinds that are not built in.
pub(crate) fn of_kind(api_version: &str, kind: &str) -> Option<Schema<'static>> {
    Some(table().kinds.get(&(api_version, kind))?.map_or(Schema::Plain, Schema::Object))
}

/// Returns what is known about a definition of the document, if anything below it is merged.
pub(crate) fn of_definition(name: &str) -> Option<Schema<'static>> {
    table().names.get(name).map(|index| Schema::Object(*index))
}

/// Where the objects of a kind stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    Cluster,
    Namespaces,
}

/// Returns where the objects of a built-in kind stand; nothing for kinds that are not built in.
pub(crate) fn scope(group: &str, version: &str, kind: &str) -> Option<Scope> {
    static KINDS: OnceLock<Vec<(TypeName, Scope)>> = OnceLock::new();
    let kinds = KINDS.get_or_init(scopes);
    let wanted = (kind, version, group);
    kinds.binary_search_by(|(name, _)| (*name).cmp(&wanted)).ok().map(|at| kinds[at].1)
}

/// Kind, version, group.
type TypeName = (&'static str, &'static str, &'static str);

/// Returns the scopes of all built-in kinds that have one, sorted: the first lines of the table.
fn scopes() -> Vec<(TypeName, Scope)> {
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
    let mut kinds: Vec<_> = lines.collect();
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
                let owner = &table().types[index];
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

/// Reads the table; its format stands in `schema/extract`.
fn parse(text: &'static str) -> Table {
    let mut table = Table::default();
    for line in text.lines() {
        let mut words = line.split(' ');
        let mut word = || words.next().unwrap_or("");
        match word() {
            "cluster" | "namespaced" => {}
            "plain" => {
                let (api_version, kind) = (word(), word());
                table.kinds.insert((api_version, kind), None);
            }
            "type" => {
                let _number = word();
                table.names.insert(word(), table.types.len());
                table.types.push(Type::default());
            }
            "kind" => {
                let (api_version, kind) = (word(), word());
                table.kinds.insert((api_version, kind), Some(table.types.len() - 1));
            }
            directive => {
                let Some(owner) = table.types.last_mut() else { continue };
                match directive {
                    "field" => {
                        let (name, target) = (word(), word().parse().unwrap_or(0));
                        owner.fields.insert(name, Field::Object(target));
                    }
                    "merge" => {
                        let (name, element, keys) = (word(), word().parse().ok(), word());
                        let keys = keys.split(',').filter(|key| *key != "-").collect();
                        owner.fields.insert(name, Field::List(List { keys, element }));
                    }
                    _ => owner.known.extend(words),
                }
            }
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::{Scope, of_kind, scope};

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
}
