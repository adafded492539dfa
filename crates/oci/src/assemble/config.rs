use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use towpath_model::Digest;

use crate::{AssembleError, Platform};

/// How containers of an image start; what is absent stays as the base has it.
///
/// Source: OCI image specification 1.1, "OCI Image Configuration".
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// The program and its first arguments; setting it drops the base's `cmd`, as a Dockerfile does.
    pub entrypoint: Option<Vec<String>>,
    /// The further arguments, which whoever starts the container may replace.
    pub cmd: Option<Vec<String>>,
    /// Environment variables, added to the base's.
    pub env: BTreeMap<String, String>,
    /// Labels, added to the base's.
    pub labels: BTreeMap<String, String>,
    /// The user, as `name`, `uid` or `uid:gid`.
    pub user: Option<String>,
    /// The folder that the program starts in.
    pub workdir: Option<String>,
    /// Ports it listens on, as `8080/tcp`; added to the base's.
    pub ports: BTreeSet<String>,
}

/// Returns the configuration `base`, or an empty one, with the settings and the further layers.
pub(super) fn configuration(
    base: Option<&Value>,
    platform: &Platform,
    settings: &Settings,
    created: &str,
    diff_ids: &[Digest],
) -> Result<Value, AssembleError> {
    let mut config = base.cloned().unwrap_or_else(|| json!({}));
    let root = object(&mut config)?;
    root.insert("created".to_owned(), created.into());
    root.insert("architecture".to_owned(), platform.architecture.clone().into());
    root.insert("os".to_owned(), platform.os.clone().into());
    if let Some(variant) = &platform.variant {
        root.insert("variant".to_owned(), variant.clone().into());
    }
    apply(object(root.entry("config").or_insert_with(|| json!({})))?, settings)?;
    let layers = object(root.entry("rootfs").or_insert_with(|| json!({ "type": "layers", "diff_ids": [] })))?;
    let listed = array(layers.entry("diff_ids").or_insert_with(|| json!([])))?;
    listed.extend(diff_ids.iter().map(|id| id.to_string().into()));
    let history = array(root.entry("history").or_insert_with(|| json!([])))?;
    history.extend(diff_ids.iter().map(|_| json!({ "created": created, "created_by": "towpath build" })));
    Ok(config)
}

fn apply(config: &mut Map<String, Value>, settings: &Settings) -> Result<(), AssembleError> {
    if let Some(user) = &settings.user {
        config.insert("User".to_owned(), user.clone().into());
    }
    for port in &settings.ports {
        object(config.entry("ExposedPorts").or_insert_with(|| json!({})))?.insert(port.clone(), json!({}));
    }
    if !settings.env.is_empty() {
        let env = array(config.entry("Env").or_insert_with(|| json!([])))?;
        for (name, value) in &settings.env {
            let text: Value = format!("{name}={value}").into();
            let same =
                |old: &Value| old.as_str().and_then(|old| old.split_once('=')).is_some_and(|(old, _)| old == name);
            match env.iter().position(same) {
                Some(at) => env[at] = text,
                None => env.push(text),
            }
        }
    }
    if let Some(entrypoint) = &settings.entrypoint {
        config.insert("Entrypoint".to_owned(), entrypoint.clone().into());
        config.shift_remove("Cmd");
    }
    if let Some(cmd) = &settings.cmd {
        config.insert("Cmd".to_owned(), cmd.clone().into());
    }
    if let Some(workdir) = &settings.workdir {
        config.insert("WorkingDir".to_owned(), workdir.clone().into());
    }
    for (name, value) in &settings.labels {
        object(config.entry("Labels").or_insert_with(|| json!({})))?.insert(name.clone(), value.clone().into());
    }
    Ok(())
}

/// Returns the object in `value`; Docker writes `null` for an empty one.
fn object(value: &mut Value) -> Result<&mut Map<String, Value>, AssembleError> {
    if value.is_null() {
        *value = json!({});
    }
    value.as_object_mut().ok_or(AssembleError::BaseConfig)
}

fn array(value: &mut Value) -> Result<&mut Vec<Value>, AssembleError> {
    if value.is_null() {
        *value = json!([]);
    }
    value.as_array_mut().ok_or(AssembleError::BaseConfig)
}
