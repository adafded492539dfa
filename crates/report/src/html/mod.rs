//! Self-contained HTML pages: no network, readable in light and dark and on paper, whole without a script.
//!
//! ```
//! use towpath_report::html::{Html, page};
//!
//! let body = Html::element("p", "a < b");
//! assert!(page("Release", &body).contains("<p>a &lt; b</p>"));
//! ```

mod chart;
mod diff;
mod difference;
mod page;

pub use chart::{Chart, Guide, Point, Scale, Series};
pub use diff::diff;
pub use difference::difference_page;
pub use page::page;

use std::fmt;

/// A piece of HTML whose text is already escaped.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Html(String);

impl Html {
    /// Returns `text`, escaped.
    pub fn text(text: &str) -> Self {
        let mut escaped = String::with_capacity(text.len());
        for character in text.chars() {
            match character {
                '&' => escaped.push_str("&amp;"),
                '<' => escaped.push_str("&lt;"),
                '>' => escaped.push_str("&gt;"),
                '"' => escaped.push_str("&quot;"),
                '\'' => escaped.push_str("&#39;"),
                character => escaped.push(character),
            }
        }
        Self(escaped)
    }

    /// Returns `<tag>text</tag>` with the text escaped. `tag` may carry attributes: `td class="number"`.
    pub fn element(tag: &str, text: &str) -> Self {
        Self::text(text).within(tag)
    }

    /// Returns this piece inside an element. `tag` may carry attributes.
    #[must_use]
    pub fn within(self, tag: &str) -> Self {
        let name = tag.split(' ').next().unwrap_or(tag);
        Self(format!("<{tag}>{}</{name}>", self.0))
    }

    /// Adds a piece behind this one.
    pub fn push(&mut self, next: &Self) {
        self.0.push_str(&next.0);
    }

    /// Returns a folded section that opens by its summary.
    pub fn folded(summary: &Self, content: &Self) -> Self {
        Self(format!("<details><summary>{}</summary>{}</details>", summary.0, content.0))
    }

    /// Returns a table; `head` names the columns, each row has one cell for each.
    pub fn table(head: &[&str], rows: impl IntoIterator<Item = Vec<Self>>) -> Self {
        let header: String = head.iter().map(|name| Self::element("th scope=\"col\"", name).0).collect();
        let body: String = rows
            .into_iter()
            .map(|row| format!("<tr>{}</tr>", row.into_iter().map(|cell| cell.within("td").0).collect::<String>()))
            .collect();
        Self(format!("<div class=\"wide\"><table><thead><tr>{header}</tr></thead><tbody>{body}</tbody></table></div>"))
    }
}

impl fmt::Display for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromIterator<Html> for Html {
    fn from_iter<T: IntoIterator<Item = Html>>(pieces: T) -> Self {
        Self(pieces.into_iter().map(|piece| piece.0).collect())
    }
}

/// Returns markup that this crate itself wrote, such as an SVG; never anything from outside.
fn trusted(markup: String) -> Html {
    Html(markup)
}
