use std::fmt::Write as _;

use crate::{Marker, Promotion};

/// The most characters that the body of a pull request may have: GitHub's limit, the smallest of the forges'.
pub const BUDGET: usize = 65_536;

/// How one rendered object differs; values of Secrets are redacted already.
#[derive(Debug, Clone)]
pub struct Rendered<'a> {
    /// Which object, such as `Deployment shop`.
    pub name: String,
    /// What happened to it: `changed`, `added` or `removed`.
    pub change: &'a str,
    /// The difference in unified form.
    pub unified: &'a str,
    /// Lines that are new.
    pub added: usize,
    /// Lines that are gone.
    pub removed: usize,
}

/// Kept free for the sentences that tell what is left out.
const NOTES: usize = 400;

impl Promotion {
    /// Returns the pull request's text in markdown: what moves from where to where, the rendered differences, each
    /// folded, and a marker for machines at the end.
    ///
    /// It has at most `budget` characters, if the few lines at its head and its marker have fewer. What does not fit is
    /// left out line by line from the end and counted in words.
    /// `None` says that the manifests could not be rendered from what is at hand, which the text then says too.
    pub fn body(&self, rendered: Option<&[Rendered<'_>]>, budget: usize) -> String {
        let mut text = self.head(rendered);
        let rendered = rendered.unwrap_or_default();
        let marker = Marker::new(&self.service, &self.version, &self.environment, self.image.image()).line();
        let mut left = budget.saturating_sub(length(&text) + length(&marker) + NOTES);
        let mut whole = 0;
        for object in rendered {
            let Some((section, cut)) = section(object, left) else { break };
            left = left.saturating_sub(length(&section));
            text += &section;
            whole += usize::from(!cut);
            if cut {
                break;
            }
        }
        let missing = rendered.len() - whole;
        if missing > 0 {
            let objects = if missing == 1 { "1 object is" } else { &format!("{missing} objects are") };
            let _ = writeln!(text, "_{objects} not shown whole: this text may have {budget} characters._\n");
        }
        text + &marker
    }

    fn head(&self, rendered: Option<&[Rendered<'_>]>) -> String {
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
        text += &match rendered {
            None => "\nThe manifests stand elsewhere, so that no rendered difference is shown.\n\n".to_owned(),
            Some([]) => "\nThe rendered manifests stay as they are.\n\n".to_owned(),
            Some(objects) => {
                let counted = |change| objects.iter().filter(|object| object.change == change).count();
                let (changed, added, removed) = (counted("changed"), counted("added"), counted("removed"));
                format!("\n### Rendered manifests: {changed} changed, {added} added, {removed} removed\n\n")
            }
        };
        text
    }
}

/// Returns an object's part of the text and whether lines are missing in it; nothing if not even one line fits.
fn section(object: &Rendered<'_>, left: usize) -> Option<(String, bool)> {
    let fence = "`".repeat(longest_run(object.unified).max(2) + 1);
    let (name, change) = (escaped(&object.name), object.change);
    let open = format!(
        "<details><summary><code>{name}</code> {change} (+{} -{})</summary>\n\n{fence}diff\n",
        object.added, object.removed
    );
    let close = format!("{fence}\n\n</details>\n\n");
    let room = left.checked_sub(length(&open) + length(&close))?;
    let (mut shown, mut used) = (String::new(), 0);
    let mut lines = object.unified.lines();
    for line in lines.by_ref() {
        used += length(line) + 1;
        if used > room {
            return (!shown.is_empty()).then(|| {
                let rest = lines.count() + 1;
                (format!("{open}{shown}{fence}\n\n_… {rest} more lines_\n\n</details>\n\n"), true)
            });
        }
        shown += line;
        shown.push('\n');
    }
    Some((format!("{open}{shown}{close}"), false))
}

fn length(text: &str) -> usize {
    text.chars().count()
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// Returns `text` so that neither HTML nor a table nor emphasis reads anything into it.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars().take(300) {
        match c {
            '&' | '<' | '>' | '|' | '*' | '_' | '`' | '[' | ']' | '\\' | '~' | '"' | '#' | '@' => {
                let _ = write!(safe, "&#{};", u32::from(c));
            }
            c if c.is_control() => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}

fn code(text: &str) -> String {
    if text.contains(|c: char| c == '`' || c == '|' || c.is_control()) {
        return format!("<code>{}</code>", escaped(text));
    }
    format!("`{text}`")
}
