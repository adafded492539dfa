//! Source: kustomize `api/internal/builtins/ValueAddTransformer.go` and `api/filters/valueadd` 0.21.1.

use towpath_model::Span;

use crate::{
    error::KustomizeError,
    fieldspec::FieldSpec,
    kustomization::{Decoder, Manner, Namespacing, ValueAdd, ValueTarget},
    node::{Kind, Node, Scalar},
    path, read,
    resources::Resources,
    selector::Selector,
    site::Site,
};

/// A value and the places that take it.
pub(super) struct Values {
    value: String,
    targets: Vec<Place>,
}

struct Place {
    selector: Option<Selector>,
    field_path: String,
    /// Counted from 1 in a field that holds a path; 0 replaces the field.
    position: usize,
}

pub(super) fn load(site: Site<'_>, config: &ValueAdd) -> Result<Values, KustomizeError> {
    let value = match config.value.trim() {
        "" => site.place.directory.name(),
        value => value,
    };
    if value.is_empty() {
        let message = "the directory has no name that could be the value".to_owned();
        return Err(site.error(Span::default(), message, vec!["write `value`".to_owned()]));
    }
    let mut targets = places(site, &config.targets)?;
    if !config.file.text.is_empty() {
        let (file, bytes) = site.load(&config.file)?;
        let text = String::from_utf8_lossy(&bytes);
        if let Some(document) = read::configuration(file.as_str(), &text)? {
            let decoder = Decoder { file: file.as_str(), text: &text, manner: Manner::Loose };
            targets.extend(places(site, &decoder.value_targets(document.root())?)?);
        }
    }
    if targets.is_empty() {
        return Err(site.error(Span::default(), "must specify at least one target".to_owned(), Vec::new()));
    }
    Ok(Values { value: value.to_owned(), targets })
}

fn places(site: Site<'_>, targets: &[ValueTarget]) -> Result<Vec<Place>, KustomizeError> {
    let fail = |message: String| site.error(Span::default(), message, Vec::new());
    let place = |target: &ValueTarget| {
        if target.field_path.is_empty() {
            return Err(fail("fieldPath cannot be empty".to_owned()));
        }
        let position = usize::try_from(target.position)
            .map_err(|_| fail(format!("value of FilePathPosition ({}) cannot be negative", target.position)))?;
        Ok(Place { selector: target.selector.clone(), field_path: target.field_path.clone(), position })
    };
    targets.iter().map(place).collect()
}

pub(super) fn apply(site: Site<'_>, resources: &mut Resources, values: &Values) -> Result<(), KustomizeError> {
    for target in &values.targets {
        let selected = match &target.selector {
            Some(selector) => resources.select(selector)?,
            None => (0..resources.list.len()).collect(),
        };
        for at in selected {
            let resource = &mut resources.list[at];
            if target.field_path == "metadata/namespace" {
                let namespacing = Namespacing { namespace: values.value.clone(), ..Namespacing::default() };
                super::change(resource, &[], |node| super::namespace::set(node, &namespacing))?;
            } else {
                let spec = FieldSpec::new(&target.field_path, false, "", "", "");
                let mut problem = None;
                super::change(resource, &[spec], |node| {
                    problem = set(node, &values.value, target).err();
                    Ok(())
                })?;
                if let Some(problem) = problem {
                    return Err(site.error(Span::default(), problem, Vec::new()));
                }
            }
        }
    }
    Ok(())
}

/// Sets the value; a field below a null, or of an element that the list does not have, stays as it is.
fn set(node: &mut Node, value: &str, target: &Place) -> Result<(), String> {
    let parts = path::split(&target.field_path, '/');
    let Some(way) = node.locate_or_create(&parts, Kind::Scalar).map_err(|error| error.to_string())? else {
        if target.position > 0 {
            // kustomize ends with a fault of its own here.
            return Err(format!("there is no path in `{}` to add a part to", target.field_path));
        }
        return Ok(());
    };
    let field = node.at_mut(&way);
    let new = match target.position {
        0 => value.to_owned(),
        position => inserted(field.as_text(), position - 1, value),
    };
    field.set_scalar(Scalar::unset(new)).map_err(|error| error.to_string())
}

/// Puts a part into a path, counted from 0; an absolute path stays one.
///
/// Source: kustomize `kyaml/filesys/util.go` 0.21.1.
fn inserted(path: &str, position: usize, part: &str) -> String {
    let is_absolute = path.starts_with('/');
    let mut parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    parts.insert(position.min(parts.len()), part);
    let joined = crate::origin::joined("", &parts.join("/"));
    if is_absolute { format!("/{joined}") } else { joined }
}

#[cfg(test)]
mod tests {
    use super::inserted;

    #[test]
    fn a_part_goes_into_a_path() {
        for (path, position, expected) in [
            ("", 0, "PEACH"),
            ("/", 0, "/PEACH"),
            ("/", 5, "/PEACH"),
            ("pie", 0, "PEACH/pie"),
            ("/pie", 0, "/PEACH/pie"),
            ("raw", 9, "raw/PEACH"),
            ("/raw", 1, "/raw/PEACH"),
            ("a/nice/warm/pie", 3, "a/nice/warm/PEACH/pie"),
            ("/a/nice/warm/pie", 3, "/a/nice/warm/PEACH/pie"),
        ] {
            assert_eq!(inserted(path, position, "PEACH"), expected, "{path}");
        }
    }
}
