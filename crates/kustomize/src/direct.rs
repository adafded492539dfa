//! From the text of one document straight to its nodes, where it is made of ordinary things.

use std::borrow::Cow;

use towpath_yaml::{Profile, Sink, Streamed, Style as Written, stream};

use crate::{
    node::{Entry, Node, Scalar},
    read,
};

/// What a text holds, or that only the full reader can tell.
pub(crate) enum Direct {
    Document(Node),
    Nothing,
    Unknown,
}

/// Reads a text that is one document of at most `most` nodes.
pub(crate) fn document(text: &str, most: usize) -> Direct {
    let mut nodes = Nodes { open: Vec::new(), root: None, left: most };
    match stream(text, Profile::Go3, &mut nodes) {
        Ok(Streamed::Nothing) => Direct::Nothing,
        Ok(Streamed::Document) if nodes.left > 0 => nodes.root.map_or(Direct::Unknown, Direct::Document),
        Ok(Streamed::Document) | Err(_) => Direct::Unknown,
    }
}

struct Nodes {
    open: Vec<Open>,
    root: Option<Node>,
    /// How many more nodes are kept; none at the end says that there may have been more.
    left: usize,
}

enum Open {
    Mapping(Vec<Entry>, Option<Scalar>),
    Sequence(Vec<Node>),
}

impl Nodes {
    fn add(&mut self, node: Node) {
        self.left = self.left.saturating_sub(1);
        if self.left == 0 {
            return;
        }
        match self.open.last_mut() {
            Some(Open::Mapping(entries, key)) => {
                if let Some(key) = key.take() {
                    entries.push(Entry { key, value: node });
                }
            }
            Some(Open::Sequence(items)) => items.push(node),
            None => self.root = Some(node),
        }
    }
}

impl<'a> Sink<'a> for Nodes {
    fn start_map(&mut self) {
        self.open.push(Open::Mapping(Vec::new(), None));
    }

    fn key(&mut self, name: Cow<'a, str>, style: Written) {
        // What looks like a merge is not put in here.
        self.left = if name == "<<" { 0 } else { self.left.saturating_sub(1) };
        if let Some(Open::Mapping(_, key)) = self.open.last_mut() {
            *key = Some(read::scalar(name, style));
        }
    }

    fn end_map(&mut self) {
        if let Some(Open::Mapping(entries, _)) = self.open.pop() {
            self.add(Node::Mapping(entries));
        }
    }

    fn start_list(&mut self) {
        self.open.push(Open::Sequence(Vec::new()));
    }

    fn end_list(&mut self) {
        if let Some(Open::Sequence(items)) = self.open.pop() {
            self.add(Node::Sequence(items));
        }
    }

    fn scalar(&mut self, text: Cow<'a, str>, style: Written) {
        let scalar = read::scalar(text, style);
        if read::is_clock_time(&scalar) {
            // Whether it stands in a flow collection counts, which is not seen here.
            self.left = 0;
        }
        self.add(Node::Scalar(scalar));
    }
}
