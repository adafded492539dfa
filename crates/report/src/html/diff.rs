use super::{Html, trusted};

/// Returns a unified diff with its lines coloured; the signs stay, so that it reads without colour too.
pub fn diff(unified: &str) -> Html {
    let mut lines = String::with_capacity(unified.len() * 2);
    for line in unified.lines() {
        let class = match line.as_bytes() {
            [b'+', b'+', b'+', ..] | [b'-', b'-', b'-', ..] => "file",
            [b'+', ..] => "added",
            [b'-', ..] => "removed",
            [b'@', ..] => "hunk",
            _ => "same",
        };
        lines += &Html::element(&format!("span class=\"{class}\""), line).to_string();
        lines.push('\n');
    }
    trusted(format!("<pre class=\"diff\">{lines}</pre>"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn lines_are_marked_and_escaped() {
        let html = super::diff("@@ -1 +1 @@\n-a: <b>\n+a: c\n").to_string();
        assert!(html.contains("<span class=\"removed\">-a: &lt;b&gt;</span>"), "{html}");
        assert!(html.contains("<span class=\"added\">+a: c</span>"), "{html}");
    }
}
