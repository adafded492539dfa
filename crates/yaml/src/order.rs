//! The order in which go-yaml writes the keys of a mapping.

use std::{cmp::Ordering, ops::Range};

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

/// How many items are sorted by insertion, which takes time that grows with their square.
const RUN: usize = 2_048;

/// Sorts `items` by their keys in [`compare_keys`]'s order; the same items always end in the same order.
///
/// It needs no true order, and never fails as a library's sort may.
pub fn sort_keys<T>(items: &mut Vec<T>, profile: Profile, key: impl Fn(&T) -> &str) {
    items.sort_by(|a, b| key(a).cmp(key(b)));
    // Letters alone are in order already.
    if items.iter().all(|item| key(item).bytes().all(|byte| byte.is_ascii_alphabetic())) {
        return;
    }
    let is_before = |a: usize, b: usize| compare_keys(key(&items[a]), key(&items[b]), profile) != Ordering::Greater;
    let order = sorted(0..items.len(), &is_before);
    let mut old: Vec<Option<T>> = items.drain(..).map(Some).collect();
    items.extend(order.into_iter().filter_map(|at| old[at].take()));
}

/// Returns the numbers of `range` so that each comes before those that it is before; halves that are sorted are merged.
fn sorted(range: Range<usize>, is_before: &impl Fn(usize, usize) -> bool) -> Vec<usize> {
    if range.len() > RUN {
        let middle = range.start + range.len() / 2;
        let [first, second] = [range.start..middle, middle..range.end].map(|half| sorted(half, is_before));
        return merged(&first, &second, is_before);
    }
    let mut order = Vec::with_capacity(range.len());
    for next in range {
        order.insert(order.partition_point(|at| is_before(*at, next)), next);
    }
    order
}

fn merged(mut first: &[usize], mut second: &[usize], is_before: &impl Fn(usize, usize) -> bool) -> Vec<usize> {
    let mut order = Vec::with_capacity(first.len() + second.len());
    while let ([one, others @ ..], [other, rest @ ..]) = (first, second) {
        if is_before(*one, *other) {
            order.push(*one);
            first = others;
        } else {
            order.push(*other);
            second = rest;
        }
    }
    order.extend_from_slice(first);
    order.extend_from_slice(second);
    order
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_number_of_keys_is_sorted_whatever_they_contradict() {
        let mut random = 1_u64;
        let mut next = |below: u64| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (random >> 33) % below
        };
        for n in [60, RUN, 5 * RUN] {
            let letters = ["0", "1", "10", "2", "a", "b", "_", "é"];
            let mut key = || (0..=next(6)).map(|_| letters[usize::try_from(next(8)).unwrap()]).collect::<String>();
            let mut keys: Vec<String> = (0..n).map(|_| key()).collect();
            let mut reversed: Vec<String> = keys.iter().rev().cloned().collect();
            sort_keys(&mut keys, Profile::Go2, String::as_str);
            sort_keys(&mut reversed, Profile::Go2, String::as_str);
            assert_eq!(keys, reversed);
            assert_eq!(keys.len(), n);
        }
    }

    #[test]
    fn keys_without_contradictions_come_in_order() {
        let mut keys: Vec<String> = (0..3 * RUN).rev().map(|n| format!("key{n}")).collect();
        sort_keys(&mut keys, Profile::Go2, String::as_str);
        assert!(keys.iter().enumerate().all(|(n, key)| *key == format!("key{n}")));
    }
}
