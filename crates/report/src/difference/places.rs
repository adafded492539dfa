use towpath_model::difference::{Occurrence, Place};

/// How many services or files are named before the rest is counted.
pub(crate) const SHOWN: usize = 8;

/// Returns where the same change stands, one line for services with the same environments:
/// `cart, pay and 998 more services (dev, staging, prod)`. At most `shown` are named on a line.
pub(crate) fn places(occurrences: &[Occurrence], shown: usize) -> Vec<String> {
    let mut services: Vec<(&str, Vec<&str>)> = Vec::new();
    let mut files: Vec<&str> = Vec::new();
    for place in occurrences.iter().filter_map(|one| one.place.as_ref()) {
        match place {
            Place::File(path) if files.last() != Some(&path.as_str()) => files.push(path),
            Place::File(_) => {}
            Place::Environment { service, environment } => match services.last_mut() {
                Some((last, environments)) if *last == service => {
                    if environments.last() != Some(&environment.as_str()) {
                        environments.push(environment);
                    }
                }
                _ => services.push((service, vec![environment])),
            },
        }
    }
    let mut lines: Vec<(Vec<&str>, Vec<&str>)> = Vec::new();
    for (service, environments) in services {
        match lines.iter_mut().find(|(known, _)| *known == environments) {
            Some((_, services)) => services.push(service),
            None => lines.push((environments, vec![service])),
        }
    }
    let mut told: Vec<String> = lines
        .iter()
        .map(|(environments, services)| format!("{} ({})", named(services, "service", shown), environments.join(", ")))
        .collect();
    if !files.is_empty() {
        told.push(named(&files, "file", shown));
    }
    told
}

fn named(names: &[&str], word: &str, shown: usize) -> String {
    let said = names.iter().take(shown).copied().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(shown) {
        0 => said,
        1 => format!("{said} and 1 more {word}"),
        more => format!("{said} and {more} more {word}s"),
    }
}
