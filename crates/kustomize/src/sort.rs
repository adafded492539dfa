//! The order in which resources are written.
//!
//! Source: kustomize `api/internal/builtins/SortOrderTransformer.go` 0.21.1.

use std::cmp::Ordering;

use crate::{
    error::KustomizeError,
    id::{ORDER_FIRST, ORDER_LAST, ResId, rank},
    kustomization::{Decoder, SortOptions},
    resources::Resources,
};

/// Sorts as `sortOptions` says; without it in the legacy order, which is what the command does.
pub(crate) fn apply(
    resources: &mut Resources,
    options: Option<&SortOptions>,
    decoder: &Decoder<'_>,
) -> Result<(), KustomizeError> {
    let Some(options) = options else {
        legacy(resources, ORDER_FIRST, ORDER_LAST);
        return Ok(());
    };
    match (options.order.text.as_str(), &options.legacy) {
        ("fifo", None) => Ok(()),
        ("fifo", Some(_)) => {
            let message =
                "the field 'sortOptions.legacySortOptions' is set but the selected sort order is 'fifo', not 'legacy'";
            Err(decoder.error(options.order.span, message.to_owned(), Vec::new()))
        }
        ("legacy", None) => {
            legacy(resources, ORDER_FIRST, ORDER_LAST);
            Ok(())
        }
        ("legacy", Some((first, last))) => {
            legacy(resources, first, last);
            Ok(())
        }
        _ => {
            let message = "the field 'sortOptions.order' must be one of [fifo, legacy]".to_owned();
            Err(decoder.error(options.order.span, message, Vec::new()))
        }
    }
}

fn legacy<T: AsRef<str>>(resources: &mut Resources, first: &[T], last: &[T]) {
    let mut keyed: Vec<_> = std::mem::take(&mut resources.list)
        .into_iter()
        .map(|resource| {
            let id = resource.id();
            let rank = rank(&id.gvk.kind, first, last);
            let name = name_text(&id);
            (id, rank, name, resource)
        })
        .collect();
    keyed.sort_by(
        |(a, rank_a, name_a, _), (b, rank_b, name_b, _)| {
            if a.gvk == b.gvk { name_a.cmp(name_b) } else { rank_a.cmp(rank_b).then_with(|| by_kind(a, b)) }
        },
    );
    resources.list = keyed.into_iter().map(|(.., resource)| resource).collect();
}

fn by_kind(a: &ResId, b: &ResId) -> Ordering {
    let order = a.gvk.sort_text().cmp(&b.gvk.sort_text());
    let namespaces = a.gvk.kind == "Namespace" && b.gvk.kind == "Namespace";
    if namespaces && (a.gvk.group.is_empty() || b.gvk.group.is_empty()) { order.reverse() } else { order }
}

fn name_text(id: &ResId) -> String {
    let or = |text: &str, absent: &str| if text.is_empty() { absent.to_owned() } else { text.to_owned() };
    format!("{}|{}|{}", id.gvk, or(&id.namespace, "~X"), or(&id.name, "~N"))
}
