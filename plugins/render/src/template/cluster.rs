use towpath_helm::Profile;
use towpath_model::Diagnostic;
use towpath_render::kubeconfig_namespace;

use super::usage;
use crate::args::Cluster;

impl Cluster {
    /// Refuses what needs a cluster.
    pub(crate) fn check(&self, profile: Profile) -> Result<(), Diagnostic> {
        if self.validate {
            return Err(needs_cluster("--validate"));
        }
        let Some(place) = self.dry_run.as_deref() else { return Ok(()) };
        match (place, profile) {
            ("server", _) => Err(needs_cluster("--dry-run=server")),
            // In Helm 3 a template is never installed, whatever this flag says.
            ("client" | "true", _)
            | ("unset" | "1" | "t" | "T" | "TRUE" | "True", Profile::Helm4)
            | ("" | "false" | "none", Profile::Helm3) => Ok(()),
            (other, _) => {
                Err(usage(format!("--dry-run is `{other}`; it can be `client`, or `server` where there is a cluster")))
            }
        }
    }

    /// Returns the namespace of a release: as it is given, or that of the kubeconfig's context.
    pub(crate) fn namespace(&self, given: Option<&str>) -> String {
        match given.filter(|namespace| !namespace.is_empty()) {
            Some(namespace) => namespace.to_owned(),
            None => kubeconfig_namespace(self.kubeconfig.as_deref(), self.kube_context.as_deref()),
        }
    }
}

fn needs_cluster(flag: &str) -> Diagnostic {
    usage(format!("{flag} needs a cluster, and nothing here talks to one"))
        .hint("--kube-version and --api-versions say what the cluster is, --lookup-objects what is in it")
        .hint("`kubectl apply --dry-run=server -f -` checks the output against a cluster")
}
