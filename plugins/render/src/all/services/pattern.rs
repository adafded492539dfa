/// Tells whether a name is as a pattern says, in which `*` stands for any part and `?` for one character.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut at, mut in_name) = (0, 0);
    // Where the last star stands, and how much of the name it took.
    let mut star: Option<(usize, usize)> = None;
    while in_name < name.len() {
        if pattern.get(at) == Some(&'*') {
            star = Some((at, in_name));
            at += 1;
        } else if pattern.get(at).is_some_and(|c| *c == '?' || *c == name[in_name]) {
            (at, in_name) = (at + 1, in_name + 1);
        } else if let Some((star_at, taken)) = star {
            star = Some((star_at, taken + 1));
            (at, in_name) = (star_at + 1, taken + 1);
        } else {
            return false;
        }
    }
    pattern[at..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_stand_for_parts() {
        for (pattern, name, expected) in [
            ("shop", "shop", true),
            ("shop", "shops", false),
            ("*", "", true),
            ("s*p", "shop", true),
            ("*-api*", "pay-api-2", true),
            ("*-api", "pay-api-2", false),
            ("a*b*c", "abxbc", true),
            ("sh?p", "shop", true),
            ("sh?p", "shp", false),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }
}
