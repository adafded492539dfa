use std::{
    env, fs,
    path::{Path, PathBuf},
};

use towpath_yaml::{Node, Profile, parse_first};

/// A post-renderer plugin of Helm 4, and the command that it runs on this system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plugin {
    /// As its `plugin.yaml` names it.
    pub name: String,
    /// Where its `plugin.yaml` stands.
    pub folder: PathBuf,
    /// The program.
    pub command: PathBuf,
    /// What the program is called with before the user's own arguments.
    pub arguments: Vec<String>,
}

/// Why there is no such plugin.
#[derive(Debug, thiserror::Error)]
pub enum PluginError {
    /// No plugin of that name and type stands in the plugin folders.
    #[error("plugin not found below {folders}")]
    NotFound {
        /// Where it was looked for, `:` between the folders.
        folders: String,
    },
    /// It is no program that can be started, but WebAssembly.
    #[error("plugin {name} runs as `{runtime}`; only `subprocess` can be run here")]
    Runtime {
        /// The plugin.
        name: String,
        /// Its runtime.
        runtime: String,
    },
    /// It has no command for this system.
    #[error("plugin {name} has no command for this system")]
    Command {
        /// The plugin.
        name: String,
    },
}

/// Returns the post-renderer plugin called `name` of the folders in `$HELM_PLUGINS`, or of Helm's data folder.
///
/// # Errors
/// When there is none, or it cannot be run here.
pub fn post_renderer_plugin(name: &str) -> Result<Plugin, PluginError> {
    let folders = folders();
    for folder in env::split_paths(&folders) {
        let mut found: Vec<PathBuf> =
            fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        found.sort();
        for folder in found {
            let Ok(text) = fs::read_to_string(folder.join("plugin.yaml")) else { continue };
            if let Some(plugin) = read(&text, &folder, name) {
                return plugin;
            }
        }
    }
    Err(PluginError::NotFound { folders: folders.to_string_lossy().into_owned() })
}

/// Source: Helm's `pkg/helmpath`.
fn folders() -> std::ffi::OsString {
    let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty());
    if let Some(folders) = set("HELM_PLUGINS") {
        return folders;
    }
    let home = || Path::new(&set("HOME").unwrap_or_default()).join(".local/share");
    let data = set("HELM_DATA_HOME")
        .map_or_else(|| set("XDG_DATA_HOME").map_or_else(home, PathBuf::from).join("helm"), PathBuf::from);
    data.join("plugins").into_os_string()
}

/// Returns the plugin of a `plugin.yaml`; nothing when it is another one or cannot be read, which Helm passes over.
fn read(text: &str, folder: &Path, wanted: &str) -> Option<Result<Plugin, PluginError>> {
    let document = parse_first(text, Profile::Go3).ok()??;
    let root = document.root();
    let field = |key: &str| root.get(key).and_then(Node::text).unwrap_or_default();
    if field("name") != wanted || field("type") != "postrenderer/v1" || field("apiVersion") != "v1" {
        return None;
    }
    let name = wanted.to_owned();
    if field("runtime") != "subprocess" {
        return Some(Err(PluginError::Runtime { name, runtime: field("runtime").to_owned() }));
    }
    let commands = root.at("/runtimeConfig/platformCommand").into_iter().flat_map(Node::items);
    let Some(chosen) = choose(commands) else { return Some(Err(PluginError::Command { name })) };
    let line = chosen.get("command").and_then(Node::text).unwrap_or_default();
    let further = chosen.get("args").into_iter().flat_map(Node::items).filter_map(Node::text);
    let expand = |text: &str| expanded(text, &name, folder);
    let mut words = line.split(' ').chain(further).map(expand);
    let command = words.next().filter(|command| !command.is_empty());
    let Some(command) = command.map(PathBuf::from) else { return Some(Err(PluginError::Command { name })) };
    let arguments = words.collect();
    Some(Ok(Plugin { name, folder: folder.to_owned(), command, arguments }))
}

/// Returns the entry for this system: both names fit, then the system alone, then one for all.
///
/// Source: `getPlatformCommand` in Helm's `internal/plugin`.
fn choose<'d, 'a: 'd>(commands: impl Iterator<Item = Node<'d, 'a>>) -> Option<Node<'d, 'a>> {
    // Go's names.
    let arch = match env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    let os = if env::consts::OS == "macos" { "darwin" } else { env::consts::OS };
    let rank = |command: &Node<'_, '_>| {
        let field = |key: &str| command.get(key).and_then(Node::text).unwrap_or_default().to_owned();
        match (field("os"), field("arch")) {
            (wanted, on) if wanted.eq_ignore_ascii_case(os) && on.eq_ignore_ascii_case(arch) => Some(0),
            (wanted, on) if wanted.eq_ignore_ascii_case(os) && on.is_empty() => Some(1),
            (wanted, on) if wanted.is_empty() && on.is_empty() => Some(2),
            _ => None,
        }
    };
    commands
        .filter_map(|command| Some((rank(&command)?, command)))
        .min_by_key(|(rank, _)| *rank)
        .map(|(_, command)| command)
}

/// Returns `text` with `$NAME` and `${NAME}` replaced by the environment, in which a plugin has two names of its own.
fn expanded(text: &str, plugin: &str, folder: &Path) -> String {
    let value = |name: &str| match name {
        "HELM_PLUGIN_NAME" => plugin.to_owned(),
        "HELM_PLUGIN_DIR" => folder.display().to_string(),
        name => env::var(name).unwrap_or_default(),
    };
    let (mut out, mut rest) = (String::new(), text);
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let braced = after.strip_prefix('{').and_then(|inner| inner.split_once('}'));
        let length = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(after.len());
        match braced {
            Some((name, behind)) => {
                out += &value(name);
                rest = behind;
            }
            None if length > 0 => {
                out += &value(&after[..length]);
                rest = &after[length..];
            }
            None => {
                out.push('$');
                rest = after;
            }
        }
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "name: kustomize\nversion: 1.0.0\ntype: postrenderer/v1\napiVersion: v1\nruntime: subprocess\n\
                        runtimeConfig:\n  platformCommand:\n  - {os: plan9, command: no}\n  - {command: '${HELM_PLUGIN_DIR}/run -x', args: [$HELM_PLUGIN_NAME]}\n";

    #[test]
    fn a_plugin_says_what_to_run() {
        let plugin = read(TEXT, Path::new("/p"), "kustomize").unwrap().unwrap();
        assert_eq!(plugin.command, Path::new("/p/run"));
        assert_eq!(plugin.arguments, ["-x", "kustomize"]);
        assert!(read(TEXT, Path::new("/p"), "other").is_none());
        let wasm = TEXT.replace("subprocess", "extism/v1");
        let error = read(&wasm, Path::new("/p"), "kustomize").unwrap().unwrap_err();
        assert_eq!(error.to_string(), "plugin kustomize runs as `extism/v1`; only `subprocess` can be run here");
    }
}
