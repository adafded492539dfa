//! A chart and its values up to where its templates can be executed.

use towpath_gotmpl::Map;

use crate::{
    Chart, HelmError, Helper, Profile, RenderEnv, ValuesOptions,
    chart::Instance,
    engine::{Capabilities, ChartTemplates, Texts, parse_templates},
    error::Problem,
    semver,
    values::{Effort, Mode, coalesce_values},
};

/// A chart with its values, before anything is executed.
pub(crate) struct Ready<'c> {
    capabilities: Capabilities,
    pub(crate) instance: Instance<'c>,
    pub(crate) coalesced: Map,
}

impl<'c> Ready<'c> {
    /// Reads and merges all values, and decides which subcharts take part.
    ///
    /// # Errors
    /// When values cannot be read, subcharts are missing, or the chart or the release's name is none.
    pub(crate) fn new(chart: &'c Chart, given: &ValuesOptions, env: &RenderEnv) -> Result<Self, HelmError> {
        let profile = env.profile;
        let capabilities = Capabilities::new(env)?;
        let values = given.merge(profile)?;
        let mut instance = Instance::new(chart, profile)?;
        check_installable(&instance)?;
        instance.check_dependencies(profile)?;
        check_release_name(&env.release_name)?;
        let effort = Effort::new(profile);
        instance.process_dependencies(&values, &effort).map_err(|error| dependencies_failed(error, profile))?;
        let coalesced = coalesce_values(&instance, &values, Mode::Coalesce, &effort)?;
        Ok(Self { capabilities, instance, coalesced })
    }

    /// Returns the parsed templates with what they see.
    ///
    /// # Errors
    /// When one cannot be parsed.
    pub(crate) fn templates(
        &self,
        env: &RenderEnv,
        texts: &Texts,
        helper: Option<&Helper>,
    ) -> Result<ChartTemplates, HelmError> {
        parse_templates(&self.instance, &self.coalesced, env, &self.capabilities, (texts, helper))
    }

    /// Refuses a chart that is not for this release of Kubernetes.
    pub(crate) fn check_kube_version(&self, profile: Profile) -> Result<(), HelmError> {
        let (wanted, kube) = (&self.instance.metadata.kube_version, &self.capabilities.kube);
        if wanted.is_empty() || semver::is_compatible(wanted, &kube.normalized, profile) {
            return Ok(());
        }
        let message =
            format!("chart requires kubeVersion: {wanted} which is incompatible with Kubernetes {}", kube.version);
        Err(HelmError::Release(Problem::new(message).hint("give the cluster's version with --kube-version")))
    }
}

fn dependencies_failed(error: HelmError, profile: Profile) -> HelmError {
    match error {
        HelmError::Dependencies(problem) if profile == Profile::Helm4 => {
            HelmError::Dependencies(problem.prefixed("chart dependencies processing failed: "))
        }
        other => other,
    }
}

fn check_installable(instance: &Instance<'_>) -> Result<(), HelmError> {
    match instance.metadata.chart_type.as_str() {
        "" | "application" => Ok(()),
        other => {
            let problem = Problem::new(format!("{other} charts are not installable"));
            Err(HelmError::Release(problem.hint("a library chart is rendered as a dependency of another chart")))
        }
    }
}

/// Source: `ValidateReleaseName` in Helm's `pkg/chart/v2/util`.
fn check_release_name(name: &str) -> Result<(), HelmError> {
    let quoted = crate::golang::quote(name);
    let problem = if name.is_empty() {
        "no name provided"
    } else if name.len() > 53 || !name.split('.').all(is_label) {
        "invalid release name, must match regex ^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$ and the \
         length must not be longer than 53"
    } else {
        return Ok(());
    };
    Err(HelmError::Release(Problem::new(format!("release name check failed: release name {quoted}: {problem}"))))
}

fn is_label(part: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = part.as_bytes();
    bytes.first().is_some_and(|byte| plain(*byte))
        && bytes.last().is_some_and(|byte| plain(*byte))
        && bytes.iter().all(|byte| plain(*byte) || *byte == b'-')
}
