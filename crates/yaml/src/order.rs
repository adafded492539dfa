//! The order in which go-yaml writes the keys of a mapping.

use std::cmp::Ordering;

use crate::Profile;

/// Returns how go-yaml orders two string keys: letters last, digits as numbers (`a2` before `a10`).
///
/// In [`Profile::Go2`] this is no order: `a2` stands before `a12`, `a12` before `a1b`, and `a1b` before `a2`. Go's own output
/// then differs from run to run. Sort with [`sort_keys`], which copes.
///
/// Source: go.yaml.in/yaml v2.4 and v3.0 `keyList.Less`.
pub fn compare_keys(a: &str, b: &str, profile: Profile) -> Ordering {
    let common = a.bytes().zip(b.bytes()).take_while(|(x, y)| x == y).count();
    let mut start = common.min(a.len()).min(b.len());
    while !a.is_char_boundary(start) || !b.is_char_boundary(start) {
        start -= 1;
    }
    let (Some(x), Some(y)) = (a[start..].chars().next(), b[start..].chars().next()) else {
        return a.len().cmp(&b.len());
    };
    let before = &a[..start];
    match (is_letter(x), is_letter(y)) {
        (true, true) => return x.cmp(&y),
        (false, false) => {}
        (letter, _) => {
            let inside_number = profile == Profile::Go3 && before.chars().next_back().is_some_and(char::is_numeric);
            return if letter == inside_number { Ordering::Less } else { Ordering::Greater };
        }
    }
    let leading = i64::from((x == '0' || y == '0') && ends_in_number(before));
    let (an, alen) = number(&a[start..], leading);
    let (bn, blen) = number(&b[start..], leading);
    an.cmp(&bn).then(alen.cmp(&blen)).then(x.cmp(&y))
}

/// Sorts `items` by their keys in [`compare_keys`]'s order; the same items always end in the same order.
pub fn sort_keys<T>(items: &mut [T], profile: Profile, key: impl Fn(&T) -> &str) {
    items.sort_by(|a, b| key(a).cmp(key(b)));
    // An insertion into a sorted list needs no true order, and it never fails as a library's sort may.
    for next in 1..items.len() {
        let place = items[..next]
            .partition_point(|item| compare_keys(key(item), key(&items[next]), profile) != Ordering::Greater);
        items[place..=next].rotate_right(1);
    }
}

fn is_letter(c: char) -> bool {
    c.is_alphabetic()
}

/// Returns whether the digits at the end of `text` hold one that is not 0.
fn ends_in_number(text: &str) -> bool {
    text.chars().rev().take_while(|c| c.is_numeric()).any(|c| c != '0')
}

/// Reads the digits at the start of `text` behind what `start` stands for; returns their value and how many they are.
fn number(text: &str, start: i64) -> (i64, usize) {
    let digits = text.chars().take_while(|c| c.is_numeric());
    digits.fold((start, 0), |(value, count), c| {
        let digit = i64::from(u32::from(c)) - i64::from(b'0');
        (value.wrapping_mul(10).wrapping_add(digit), count + 1)
    })
}
