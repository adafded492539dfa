use std::collections::BTreeMap;

use towpath_forge::CommitId;
use towpath_helm::Profile;
use towpath_model::{Diagnostic, FileTree, Kind, TreePath, difference::Difference};
use towpath_promotion::Promotion;
use towpath_render::{Service, difference, source::GitTree};

use crate::Place;

/// Returns how the promotion changes what is rendered at `base`, with `context` lines around each change.
///
/// The manifests are those of the service's `towpath.yaml` in the repository: the nearest above the file that is edited.
/// Where none stands there, the service's own folder is rendered with the repository's file in place of the values file
/// of the same path. Where there is none, nothing is rendered and nothing is returned.
///
/// # Errors
/// When the manifests cannot be rendered.
pub fn rendered_difference(
    place: &Place,
    base: CommitId,
    promotion: &Promotion,
    context: usize,
) -> Result<Option<Difference>, Diagnostic> {
    let Some((before, after)) = services(place, base, promotion)? else { return Ok(None) };
    if before.config.manifests.is_none() {
        return Ok(None);
    }
    let render = |service: &Service| service.preview(&promotion.environment, None, Profile::default());
    // Before the first promotion nothing is deployed, and a chart may refuse to render without a digest.
    let deployed = if promotion.from.is_some() { render(&before)? } else { String::new() };
    difference(&deployed, &render(&after)?, context).map(Some)
}

/// Returns the service as it is and as it would be.
fn services(place: &Place, base: CommitId, promotion: &Promotion) -> Result<Option<(Service, Service)>, Diagnostic> {
    let tree = GitTree::open(place.forge.path(), &base.to_string())
        .map_err(|error| Diagnostic::from_error(Kind::Remote, &error))?;
    let tree = FileTree::new(tree);
    let Some(target) = promotion.targets.first() else { return Ok(None) };
    if let Some(service) = service_above(&tree, &place.service, &path(&target.file)?)? {
        let edited = promotion.files.iter().map(|(file, content)| Ok((path(file)?, content.clone().into_bytes())));
        let after = service.with_files(edited.collect::<Result<_, Diagnostic>>()?);
        return Ok(Some((service, after)));
    }
    let own = Service::open(&place.config_file)?;
    let Some(values) = own_values_file(&own, promotion, &target.file) else { return Ok(None) };
    let values = own.folder.join(&values).map_err(|error| Diagnostic::from_error(Kind::Usage, &error))?;
    let with = |content: &str| own.with_files(BTreeMap::from([(values.clone(), content.as_bytes().to_vec())]));
    let before = place.text(base, &target.file)?.unwrap_or_default();
    let after = promotion.files.get(&target.file).map(String::as_str).unwrap_or_default();
    Ok(Some((with(&before), with(after))))
}

/// Returns the service whose `towpath.yaml` is the nearest above `file`.
///
/// Only the way to the root is looked at: a repository may hold thousands of services.
fn service_above(tree: &FileTree, name: &str, file: &TreePath) -> Result<Option<Service>, Diagnostic> {
    let mut folder = file.clone();
    while !folder.as_str().is_empty() {
        folder = folder.parent();
        let config = folder.join("towpath.yaml").map_err(|error| Diagnostic::from_error(Kind::Bug, &error))?;
        let there = tree.file(&config).map_err(|error| Diagnostic::from_error(Kind::Remote, &error))?;
        if there.is_some() {
            let service = Service::in_tree(tree.clone(), &config, config.as_str())?;
            if service.config.name == name {
                return Ok(Some(service));
            }
        }
    }
    Ok(None)
}

/// Returns the values file of the service's own folder that `file` stands for: the one whose path it ends with.
fn own_values_file(own: &Service, promotion: &Promotion, file: &str) -> Option<String> {
    let chart = own.config.manifests.as_ref()?.chart()?;
    let values = chart.values.iter().map(|values| values.path.expand(&promotion.service, &promotion.environment));
    values
        .into_iter()
        .find(|values| file == values || file.strip_suffix(values.as_str()).is_some_and(|rest| rest.ends_with('/')))
}

fn path(file: &str) -> Result<TreePath, Diagnostic> {
    TreePath::parse(file).map_err(|error| Diagnostic::from_error(Kind::Usage, &error))
}
