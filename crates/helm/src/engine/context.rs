use std::sync::Arc;

use towpath_gotmpl::{Map, MapType, Value};

use super::{Capabilities, Renderable, files::Files};
use crate::{
    Profile, RenderEnv,
    chart::Instance,
    golang::paths,
    values::{VALUES3, VALUES4},
};

/// Returns the type of `.Values`.
pub(super) fn values_type(profile: Profile) -> &'static MapType {
    match profile {
        Profile::Helm4 => VALUES4,
        Profile::Helm3 => VALUES3,
    }
}

/// Returns every template of the chart and its subcharts with the data that it sees.
pub(super) fn renderables(
    instance: &Instance<'_>,
    values: &Map,
    env: &RenderEnv,
    capabilities: &Capabilities,
) -> Vec<Renderable> {
    let release: Map = [
        ("Name", Value::from(env.release_name.as_str())),
        ("Namespace", env.namespace.as_str().into()),
        ("IsUpgrade", Value::Bool(env.is_upgrade)),
        ("IsInstall", Value::Bool(!env.is_upgrade)),
        ("Revision", Value::int(env.revision)),
        ("Service", "Helm".into()),
    ]
    .into_iter()
    .collect();
    let shared =
        Shared { profile: env.profile, release: release.into(), capabilities: Value::object(capabilities.clone()) };
    let mut found = Vec::new();
    collect(instance, &values.with_type(values_type(env.profile)), &shared, &mut found);
    found
}

struct Shared {
    profile: Profile,
    release: Value,
    capabilities: Value,
}

fn collect(instance: &Instance<'_>, values: &Map, shared: &Shared, found: &mut Vec<Renderable>) -> Map {
    let subcharts = Map::any();
    let data: Map = [
        ("Chart", instance.metadata.value(shared.profile)),
        ("Files", Value::object(Files::of(&instance.chart.files))),
        ("Release", shared.release.clone()),
        ("Capabilities", shared.capabilities.clone()),
        ("Values", Value::Map(values.clone())),
        ("Subcharts", Value::Map(subcharts.clone())),
    ]
    .into_iter()
    .collect();
    for child in &instance.children {
        let values_type = values_type(shared.profile);
        let own = match crate::values::table(values, &child.metadata.name) {
            Some(own) => own.with_type(values_type),
            None => Map::new(values_type),
        };
        subcharts.insert(child.metadata.name.as_str(), collect(child, &own, shared, found));
    }
    let base_path = paths::join(&[&instance.path, "templates"]);
    for file in &instance.chart.templates {
        if instance.metadata.is_library() && !super::is_partial(&file.name) {
            continue;
        }
        found.push(Renderable {
            name: paths::join(&[&instance.path, &file.name]),
            source: Arc::clone(&file.data),
            data: data.clone(),
            base_path: base_path.clone(),
        });
    }
    data
}
