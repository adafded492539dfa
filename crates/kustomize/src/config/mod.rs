//! Which fields transformers work on: kustomize's own table, and what `configurations` and `crds` add to it.

mod crds;
mod defaults;
mod load;
mod references;

use std::sync::{Arc, OnceLock};

pub(crate) use crds::from_definitions;
pub(crate) use load::from_configuration;

use crate::{
    fieldspec::{self, Conflict, FieldSpec},
    id::Gvk,
};

/// Field specs by what is done at them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Config {
    pub(crate) name_prefix: Vec<FieldSpec>,
    pub(crate) name_suffix: Vec<FieldSpec>,
    pub(crate) namespace: Vec<FieldSpec>,
    pub(crate) common_labels: Vec<FieldSpec>,
    pub(crate) labels: Vec<FieldSpec>,
    pub(crate) template_labels: Vec<FieldSpec>,
    pub(crate) common_annotations: Vec<FieldSpec>,
    pub(crate) name_reference: Vec<BackReferences>,
    pub(crate) var_reference: Vec<FieldSpec>,
    pub(crate) images: Vec<FieldSpec>,
    pub(crate) replicas: Vec<FieldSpec>,
}

/// The fields that hold the name of a resource of some kind.
#[derive(Debug, Clone, Default)]
pub(crate) struct BackReferences {
    pub(crate) gvk: Gvk,
    pub(crate) referrers: Vec<FieldSpec>,
}

impl Config {
    /// Returns kustomize's own table, sorted.
    pub(crate) fn standard() -> Arc<Self> {
        static STANDARD: OnceLock<Arc<Config>> = OnceLock::new();
        Arc::clone(STANDARD.get_or_init(|| {
            let mut config = defaults::table();
            config.sort();
            Arc::new(config)
        }))
    }

    /// Returns the table without a spec, with which each directory begins.
    pub(crate) fn empty() -> Arc<Self> {
        static EMPTY: OnceLock<Arc<Config>> = OnceLock::new();
        Arc::clone(EMPTY.get_or_init(Arc::default))
    }

    /// Returns both tables as one; sharing is kept where one is the other.
    ///
    /// Even what is merged into the empty table changes by it: a spec for every kind is dropped behind one for some kind.
    pub(crate) fn merged(own: &Arc<Self>, other: &Arc<Self>) -> Result<Arc<Self>, Conflict> {
        let starts = Arc::ptr_eq(own, &Self::empty()) && Arc::ptr_eq(other, &Self::standard());
        if starts || Arc::ptr_eq(own, other) {
            return Ok(Arc::clone(other));
        }
        let mut result = Self::clone(own);
        let other = Self::clone(other);
        let others = other.lists();
        for (into, more) in result.lists_mut().into_iter().zip(others) {
            fieldspec::merge(into, more)?;
        }
        for references in &other.name_reference {
            result.add_reference(references)?;
        }
        result.sort();
        Ok(Arc::new(result))
    }

    pub(crate) fn add_reference(&mut self, references: &BackReferences) -> Result<(), Conflict> {
        if let Some(known) = self.name_reference.iter_mut().find(|known| known.gvk == references.gvk) {
            return fieldspec::merge(&mut known.referrers, &references.referrers);
        }
        self.name_reference.push(references.clone());
        Ok(())
    }

    fn lists(&self) -> [&Vec<FieldSpec>; 10] {
        [
            &self.name_prefix,
            &self.name_suffix,
            &self.namespace,
            &self.common_labels,
            &self.labels,
            &self.template_labels,
            &self.common_annotations,
            &self.var_reference,
            &self.images,
            &self.replicas,
        ]
    }

    fn lists_mut(&mut self) -> [&mut Vec<FieldSpec>; 10] {
        [
            &mut self.name_prefix,
            &mut self.name_suffix,
            &mut self.namespace,
            &mut self.common_labels,
            &mut self.labels,
            &mut self.template_labels,
            &mut self.common_annotations,
            &mut self.var_reference,
            &mut self.images,
            &mut self.replicas,
        ]
    }

    fn sort(&mut self) {
        for list in self.lists_mut() {
            list.sort_by_cached_key(|spec| spec.gvk.sort_key());
        }
        self.name_reference.sort_by_cached_key(|references| references.gvk.sort_key());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::Config;

    #[test]
    fn the_standard_table_is_its_own_merge_with_nothing() {
        let merged = Config::merged(&Arc::new(Config::default()), &Config::standard()).unwrap();
        assert_eq!(format!("{merged:?}"), format!("{:?}", Config::standard()));
    }
}
