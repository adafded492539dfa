use base64::{Engine as _, engine::general_purpose::STANDARD};
use towpath_model::Digest;

use super::Html;

const STYLE: &str = include_str!("page.css");

/// Returns a whole document with `title`, ready to be written to a file.
///
/// It names no other file: a policy in its head forbids loading anything and running any script.
pub fn page(title: &str, body: &Html) -> String {
    scripted_page(title, body, "", "")
}

/// Returns a whole document with a style and a script of its own; the policy allows this script alone, by its digest.
pub(super) fn scripted_page(title: &str, body: &Html, style: &str, script: &str) -> String {
    let title = Html::text(title);
    let (policy, script) = if script.is_empty() {
        (String::new(), String::new())
    } else {
        let digest = STANDARD.encode(Digest::of(script.as_bytes()).as_bytes());
        (format!("; script-src 'sha256-{digest}'"), format!("\n<script>{script}</script>"))
    };
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:{policy}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"icon\" href=\"data:,\">\n\
         <title>{title}</title>\n<style>\n{STYLE}{style}</style>\n</head>\n<body>\n<main>\n{body}\n</main>{script}\n</body>\n</html>\n"
    )
}

/// Returns what of the style speaks of pictures: their colours, in light and dark, and how lines are drawn.
pub(super) fn drawing_style() -> String {
    let colours = STYLE.split_once("\n* {").map_or("", |(colours, _)| colours);
    let rules = STYLE.lines().filter(|line| line.starts_with("svg "));
    std::iter::once(colours).chain(rules).flat_map(|line| [line, "\n"]).collect()
}
