//! Charts of registries, and the accounts that `configHome` has for them.

use std::{fs, os::unix::fs::PermissionsExt as _, path::PathBuf, process::Command};

use towpath_tests::{
    docker_registry::{DockerOptions, DockerRegistry},
    peer,
};

use crate::{
    charts::chart,
    scene::{Scene, Told, refused, run, same},
};

/// A registry that wants a login and has the chart `web` in two versions, and a machine beside it.
struct Registry {
    scene: Scene,
    server: DockerRegistry,
    /// Helm, which asks registries in plain HTTP only where it is told to; kustomize cannot tell it.
    helm: PathBuf,
}

impl Registry {
    fn start() -> Self {
        let login = Some(("ann".to_owned(), "secret".to_owned()));
        let server = DockerRegistry::start_with(&DockerOptions { login, ..DockerOptions::default() });
        let (at, scene) = (server.address(), Scene::new(&[]));
        let script = "#!/bin/sh\n[ \"$1\" != pull ] || set -- \"$@\" --plain-http\nexec HELM \"$@\"\n";
        scene.write("helm", &script.replace("HELM", &peer("helm4").display().to_string()));
        let helm = scene.path("helm");
        fs::set_permissions(&helm, fs::Permissions::from_mode(0o755)).expect("it is ours");
        let accounts = format!("{{\"auths\": {{\"{at}\": {{\"auth\": \"YW5uOnNlY3JldA==\"}}}}}}");
        scene.write("accounts/registry/config.json", &accounts);
        for version in ["1.0.0", "1.1.0"] {
            chart(&scene, "src/web", version);
            let (packed, charts) = (format!("web-{version}.tgz"), format!("oci://{at}/charts"));
            for arguments in [&["package", "src/web"][..], &["push", &packed, &charts, "--plain-http"]] {
                let mut helm = Command::new(peer("helm4"));
                helm.current_dir(scene.path("")).env("HOME", scene.path("home")).args(arguments);
                let told = run(helm.args(["--registry-config", "accounts/registry/config.json"]));
                assert_eq!(told.code, Some(0), "{}", told.err);
            }
        }
        Self { scene, server, helm }
    }

    /// Builds with both and checks that they agree.
    fn build(&self, globals: &str, chart: &str) -> Told {
        let at = self.server.address();
        for folder in ["theirs", "ours"] {
            // What was pulled stays beside the kustomization.
            let _ = fs::remove_dir_all(self.scene.path(folder));
            let text = format!("{globals}helmCharts:\n- {{repo: 'oci://{at}/charts', {chart}}}\n");
            self.scene.write(&format!("{folder}/kustomization.yaml"), &text);
        }
        let theirs = self.scene.theirs_with(&self.helm, &["--enable-helm", "theirs"]);
        let ours = self.scene.ours(&["--enable-helm", "ours"]);
        same(&theirs, &ours);
        ours
    }
}

#[test]
fn charts_are_pulled_with_the_accounts_of_config_home() {
    let registry = Registry::start();
    let globals = format!("helmGlobals: {{configHome: '{}'}}\n", registry.scene.path("accounts").display());
    // Relative to the folder where kustomize runs.
    for globals in [globals.as_str(), "helmGlobals: {configHome: accounts}\n"] {
        for chart in
            ["name: web", "name: web, version: 1.0.0", "name: web, version: ^1.0.0, valuesInline: {replicas: 9}"]
        {
            let told = registry.build(globals, chart);
            assert!(told.code == Some(0) && told.out.contains("-facts"), "{chart}\n{}", told.err);
        }
    }
    refused(&registry.build("", "name: web"), &["ours/kustomization.yaml:"]);
    refused(&registry.build(&globals, "name: web, version: 9.9.9"), &["9.9.9"]);
    refused(&registry.build(&globals, "name: none"), &["none"]);
}
