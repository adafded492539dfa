use crate::{Profile, output};

/// What a chart gives for its values.
#[derive(Debug, Clone)]
pub struct Rendered {
    /// Custom resource definitions, where they were asked for: each file as it stands.
    pub definitions: Vec<Manifest>,
    /// The manifests in the order in which Helm installs them.
    pub manifests: Vec<Manifest>,
    /// The hooks in the order of their kinds.
    pub hooks: Vec<Hook>,
    /// What `NOTES.txt` gave; `helm template` does not print it.
    pub notes: Option<String>,
    /// Whether a template asked for the clock, the random source, the objects of a cluster or the network, or a post-renderer
    /// ran: rendering the same again may then give something else.
    pub is_passing: bool,
    pub(crate) profile: Profile,
    pub(crate) show_only: Option<Vec<String>>,
    /// What a post-renderer of Helm 3 made of the definitions and manifests.
    pub(crate) rewritten: Option<String>,
}

/// One document of a rendered template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The template it comes from: `shop/templates/service.yaml`.
    pub path: String,
    /// `apiVersion`, or empty.
    pub api_version: String,
    /// `kind`, or empty.
    pub kind: String,
    /// `metadata.name`, or empty.
    pub name: String,
    /// The text, without separator.
    pub content: String,
}

/// A document that Helm applies at an event instead of with the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    /// The document.
    pub manifest: Manifest,
    /// When it is applied; not empty.
    pub events: Vec<HookEvent>,
    /// Lower ones come first; 0 where none is given.
    pub weight: i64,
    /// When it is deleted, as the chart names it.
    pub delete_policies: Vec<String>,
}

/// When a hook is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is the event of its name")]
pub enum HookEvent {
    PreInstall,
    PostInstall,
    PreDelete,
    PostDelete,
    PreUpgrade,
    PostUpgrade,
    PreRollback,
    PostRollback,
    Test,
}

impl HookEvent {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "pre-install" => Self::PreInstall,
            "post-install" => Self::PostInstall,
            "pre-delete" => Self::PreDelete,
            "post-delete" => Self::PostDelete,
            "pre-upgrade" => Self::PreUpgrade,
            "post-upgrade" => Self::PostUpgrade,
            "pre-rollback" => Self::PreRollback,
            "post-rollback" => Self::PostRollback,
            "test" | "test-success" => Self::Test,
            _ => return None,
        })
    }
}

impl Rendered {
    /// Returns what `helm template` prints, byte for byte.
    pub fn to_text(&self) -> String {
        self.parts().concat()
    }

    /// Returns the parts of [`Self::to_text`] in order, for whoever writes them out without joining them first.
    pub fn parts(&self) -> Vec<&str> {
        match &self.show_only {
            Some(chosen) => chosen.iter().flat_map(|document| ["---\n", document, "\n"]).collect(),
            None => self.all_parts(),
        }
    }

    /// Returns the definitions and manifests without the hooks.
    pub(crate) fn manifest_text(&self) -> String {
        self.definitions.iter().chain(&self.manifests).flat_map(document_parts).collect()
    }

    fn all_parts(&self) -> Vec<&str> {
        let count = self.definitions.len() + self.manifests.len() + self.hooks.len();
        let mut parts = Vec::with_capacity(count * 5 + 1);
        match &self.rewritten {
            Some(text) => parts.push(text.trim_start()),
            None => parts.extend(self.definitions.iter().chain(&self.manifests).flat_map(document_parts)),
        }
        // Helm trims the whole of them; what we write begins with dashes, so there only the end counts.
        while let Some(last) = parts.last_mut() {
            *last = last.trim_end();
            if !last.is_empty() {
                break;
            }
            parts.pop();
        }
        parts.push("\n");
        parts.extend(self.hooks.iter().flat_map(|hook| document_parts(&hook.manifest)));
        parts
    }

    /// Keeps the documents whose templates match one of `patterns`; returns the first pattern that matches none.
    pub(crate) fn choose(&mut self, patterns: &[String]) -> Result<(), String> {
        let text = self.all_parts().concat();
        let documents = output::split(&text, self.profile);
        let mut chosen = Vec::new();
        for pattern in patterns {
            let before = chosen.len();
            for document in &documents {
                let Some(path) = source_of(document) else { continue };
                if crate::golang::path_match(pattern, path).unwrap_or(false) {
                    chosen.push((*document).to_owned());
                }
            }
            if chosen.len() == before {
                return Err(pattern.clone());
            }
        }
        self.show_only = Some(chosen);
        Ok(())
    }
}

fn document_parts(document: &Manifest) -> [&str; 5] {
    ["---\n# Source: ", &document.path, "\n", &document.content, "\n"]
}

/// Returns the path below the chart that a document's `# Source:` line names.
fn source_of(document: &str) -> Option<&str> {
    let mut rest = document;
    loop {
        rest = &rest[rest.find("# Source: ")? + "# Source: ".len()..];
        let line = rest.lines().next().unwrap_or_default();
        if let Some((chart, path)) = line.split_once('/')
            && !chart.is_empty()
            && !path.is_empty()
        {
            return Some(path);
        }
    }
}
