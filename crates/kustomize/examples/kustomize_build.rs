//! Prints what `kustomize build` prints for a directory: `kustomize_build TREE [DIRECTORY-IN-IT]…`.

use std::{collections::BTreeMap, path::Path};

use kustomize_rs::{Options, build};
use towpath_model::{FileTree, TreePath};

fn load(base: &Path, at: &Path, into: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(at).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            load(base, &path, into);
        } else {
            into.insert(path.strip_prefix(base).unwrap().to_str().unwrap().to_owned(), std::fs::read(&path).unwrap());
        }
    }
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let mut files = BTreeMap::new();
    load(Path::new(&args[1]), Path::new(&args[1]), &mut files);
    let tree = FileTree::new(files);
    let root = TreePath::parse(args.get(2).map_or(".", String::as_str)).unwrap();
    match build(&tree, &root, &Options::default()) {
        Ok(output) => print!("{}", output.to_yaml()),
        Err(error) => {
            eprintln!("{:#?}", error.diagnostic());
            std::process::exit(1);
        }
    }
}
