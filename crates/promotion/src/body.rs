use std::fmt::Write as _;

use towpath_model::markdown_text;

use crate::{Marker, Promotion};

/// The most characters that the body of a pull request may have: GitHub's limit, the smallest of the forges'.
pub const BUDGET: usize = 65_536;

/// Says in markdown how rendered manifests differ, in at most so many characters; values of Secrets are redacted already.
pub type Rendered<'a> = &'a dyn Fn(usize) -> String;

impl Promotion {
    /// Returns the pull request's text in markdown: what moves from where to where, what `rendered` says, and a marker for
    /// machines at the end.
    ///
    /// It has at most `budget` characters, if the few lines at its head and its marker have fewer: `rendered` is asked to keep
    /// within what they leave. `None` says that the manifests could not be rendered from what is at hand, which the text
    /// then says too.
    pub fn body(&self, rendered: Option<Rendered<'_>>, budget: usize) -> String {
        let mut text = self.head() + "\n";
        let marker = Marker::new(&self.service, &self.version, &self.environment, self.image.image()).line();
        let left = budget.saturating_sub(length(&text) + length(&marker) + 2);
        let shown = rendered.map(|rendered| rendered(left));
        text += shown.as_deref().unwrap_or("The manifests stand elsewhere, so that no rendered difference is shown.");
        text.truncate(text.trim_end().len());
        text + "\n\n" + &marker
    }

    fn head(&self) -> String {
        let image = self.image.image();
        let mut text = format!(
            "Promotes **{}** to **{}**.\n\n",
            escaped(&format!("{} {}", self.service, self.version)),
            escaped(&self.environment)
        );
        let mut row = |name: &str, value: &str| {
            let _ = writeln!(text, "| {name} | {value} |");
        };
        row("", "");
        row("---", "---");
        row("image", &code(&image.name().to_string()));
        row("from", &self.from.map_or_else(|| "no digest".to_owned(), |digest| code(&digest.to_string())));
        row("to", &code(&image.digest().to_string()));
        if let Some(revision) = &self.revision {
            row("source revision", &code(revision));
        }
        let mut formats: Vec<&str> =
            self.image.signatures().iter().map(|signature| signature.format.as_str()).collect();
        formats.sort_unstable();
        row("signatures verified", &formats.join(", "));
        if let Some(previous) = &self.previous {
            row("merged before into", &escaped(previous));
        }
        for target in &self.targets {
            row("edits", &code(&target.to_string()));
        }
        text
    }
}

fn length(text: &str) -> usize {
    text.chars().count()
}

/// Returns `text` for one line of this page.
fn escaped(text: &str) -> String {
    markdown_text(text, 300)
}

fn code(text: &str) -> String {
    if text.contains(|c: char| c == '`' || c == '|' || c.is_control()) {
        return format!("<code>{}</code>", escaped(text));
    }
    format!("`{text}`")
}
