//! `values.schema.json`: not judged yet, and never silently passed over.

use crate::{HelmError, chart::Instance, error::Problem};

/// Refuses a chart with a schema, whose rules cannot be checked yet.
pub(crate) fn check(instance: &Instance<'_>) -> Result<(), HelmError> {
    if instance.chart.schema().is_some() {
        let message = format!("{}: values.schema.json cannot be checked yet", instance.metadata.name);
        return Err(HelmError::Schema(Problem::new(message).hint("--skip-schema-validation renders without it")));
    }
    instance.children.iter().try_for_each(check)
}
