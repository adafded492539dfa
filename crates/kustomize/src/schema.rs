//! What Kubernetes' OpenAPI document says about the built-in kinds: which lists merge, and which kinds have no namespace.

use std::{
    collections::{HashMap, HashSet},
    sync::OnceLock,
};

/// How a list is merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MergedList {
    /// The fields that name an element; none for lists of texts.
    pub(crate) keys: Vec<&'static str>,
    element: Option<usize>,
}

/// What is known about a field.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Schema {
    /// Known, and nothing below it is merged.
    Plain,
    /// An object of the table.
    Object(usize),
    /// A list of the table: its type and field.
    List(&'static MergedList),
}

#[derive(Debug)]
enum Field {
    Object(usize),
    List(MergedList),
}

#[derive(Debug, Default)]
struct Table {
    kinds: HashMap<(&'static str, &'static str), Option<usize>>,
    types: Vec<Type>,
}

#[derive(Debug, Default)]
struct Type {
    fields: HashMap<&'static str, Field>,
    known: HashSet<&'static str>,
}

/// Returns what is known about a kind, or nothing for kinds that are not built in.
pub(crate) fn of_kind(api_version: &str, kind: &str) -> Option<Schema> {
    Some(table().kinds.get(&(api_version, kind))?.map_or(Schema::Plain, Schema::Object))
}

/// Tells whether a kind certainly stands outside namespaces.
pub(crate) fn is_cluster_scoped(group: &str, version: &str, kind: &str) -> bool {
    static KINDS: OnceLock<Vec<(&str, &str, &str)>> = OnceLock::new();
    let kinds = KINDS.get_or_init(cluster_kinds);
    kinds.contains(&(kind, version, group))
}

/// Returns kind, version and group of what stands outside namespaces: the first lines of the table.
fn cluster_kinds() -> Vec<(&'static str, &'static str, &'static str)> {
    let lines = TABLE.lines().map_while(|line| line.strip_prefix("cluster ")?.split_once(' '));
    lines
        .map(|(api_version, kind)| match api_version.split_once('/') {
            Some((group, version)) => (kind, version, group),
            None => (kind, api_version, ""),
        })
        .collect()
}

const TABLE: &str = include_str!("../schema/kubernetes-1.21.txt");

impl Schema {
    /// Returns what is known about a field of the object, or nothing for a field that it does not have.
    pub(crate) fn field(self, name: &str) -> Option<Self> {
        match self {
            Self::Plain | Self::List(_) => Some(Self::Plain),
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
    pub(crate) fn merged_list(self) -> Option<&'static MergedList> {
        match self {
            Self::List(list) => Some(list),
            _ => None,
        }
    }
}

impl MergedList {
    pub(crate) fn element(&self) -> Schema {
        self.element.map_or(Schema::Plain, Schema::Object)
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
            "cluster" => {}
            "plain" => {
                let (api_version, kind) = (word(), word());
                table.kinds.insert((api_version, kind), None);
            }
            "type" => table.types.push(Type::default()),
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
                        owner.fields.insert(name, Field::List(MergedList { keys, element }));
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
    use super::{is_cluster_scoped, of_kind};

    #[test]
    fn containers_merge_by_name_and_ports_by_two_keys() {
        let deployment = of_kind("apps/v1", "Deployment").unwrap();
        let path = ["spec", "template", "spec", "containers"];
        let containers = path.iter().fold(deployment, |schema, field| schema.field(field).unwrap());
        let list = containers.merged_list().unwrap();
        assert_eq!(list.keys, ["name"]);
        let ports = list.element().field("ports").unwrap().merged_list().unwrap();
        assert_eq!(ports.keys, ["containerPort", "protocol"]);
        assert!(list.element().field("args").unwrap().merged_list().is_none());
        assert!(deployment.field("nonsense").is_none());
        assert!(of_kind("example.com/v1", "Deployment").is_none());
        assert!(is_cluster_scoped("", "v1", "Namespace") && !is_cluster_scoped("apps", "v1", "Deployment"));
    }
}
