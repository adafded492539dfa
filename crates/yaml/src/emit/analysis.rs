//! Which styles a text can be written in.
//!
//! Source: `yaml_emitter_analyze_scalar` of go-yaml v2 and v3.

use super::Dialect;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Analysis {
    pub(crate) multiline: bool,
    /// The best style without a literal block.
    pub(crate) flow: Flow,
    /// A literal block can hold it.
    pub(crate) block: bool,
}

/// What a text needs around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flow {
    Plain,
    SingleQuoted,
    DoubleQuoted,
}

/// Returns the width of the line break at `at`, or 0.
pub(crate) fn break_width(bytes: &[u8], at: usize) -> usize {
    match &bytes[at..] {
        [b'\n' | b'\r', ..] => 1,
        [0xC2, 0x85, ..] => 2,
        [0xE2, 0x80, 0xA8 | 0xA9, ..] => 3,
        _ => 0,
    }
}

/// Returns whether the character at `at` can stand in a text as it is; line feeds can, tabs and emoji cannot.
pub(crate) fn is_printable(bytes: &[u8], at: usize) -> bool {
    match &bytes[at..] {
        [b'\n' | 0x20..=0x7E, ..] => true,
        [0xC2, next, ..] => *next >= 0xA0,
        [0xED, next, ..] => *next < 0xA0,
        [0xEF, second, third, ..] => !matches!((second, third), (0xBB, 0xBF) | (0xBF, 0xBE | 0xBF)),
        [first, ..] => matches!(first, 0xC3..=0xEC | 0xEE),
        [] => false,
    }
}

pub(crate) fn width(first: u8) -> usize {
    match first {
        0..0x80 => 1,
        0x80..0xE0 => 2,
        0xE0..0xF0 => 3,
        _ => 4,
    }
}

pub(crate) fn analyse(text: &str, dialect: Dialect) -> Analysis {
    if text.is_empty() {
        return Analysis { multiline: false, flow: Flow::Plain, block: false };
    }
    let bytes = text.as_bytes();
    let mut indicators = text.starts_with("---") || text.starts_with("...");
    let (mut breaks, mut special, mut tabs) = (false, false, false);
    let (mut space_break, mut break_space) = (false, false);
    let (mut after_space, mut after_break) = (false, false);
    let mut after_blank = true;
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        let run = if at > 0 { simple_run(&bytes[at..]) } else { 0 };
        if run > 0 {
            break_space |= after_break && byte == b' ';
            at += run;
            after_space = bytes[at - 1] == b' ';
            (after_break, after_blank) = (false, after_space);
            continue;
        }
        let next = at + width(byte);
        let before_blank = matches!(bytes.get(next), None | Some(b' ' | b'\t'));
        indicators |= is_indicator(byte, at == 0, after_blank, before_blank);
        if byte == b'\t' && dialect != Dialect::Go2 {
            tabs = true;
        } else if !is_printable(bytes, at) {
            special = true;
        }
        let is_break = break_width(bytes, at) > 0;
        if is_break {
            breaks = true;
            space_break |= after_space;
        }
        after_space = byte == b' ';
        after_break = is_break;
        after_blank = is_break || matches!(byte, b' ' | b'\t' | 0);
        at = next;
    }
    let leading = bytes[0] == b' ' || break_width(bytes, 0) > 0;
    let trailing_space = bytes.ends_with(b" ");
    let outer = leading || trailing_space || after_break;
    let flow = if break_space || space_break || special || tabs {
        Flow::DoubleQuoted
    } else if outer || breaks || indicators {
        Flow::SingleQuoted
    } else {
        Flow::Plain
    };
    Analysis { multiline: breaks, flow, block: !trailing_space && !space_break && !special }
}

/// Returns how many characters at the start are inert or blanks; whole chunks are asked at once, which the compiler turns
/// into wide instructions.
fn simple_run(bytes: &[u8]) -> usize {
    let is_simple = |chunk: &&[u8]| chunk.iter().fold(0, |found, byte| found | decides(*byte)) == 0;
    let start = bytes.chunks_exact(16).take_while(is_simple).count() * 16;
    start + bytes[start..].iter().take_while(|byte| decides(**byte) == 0).count()
}

/// Returns 0 for a blank and for a character that, where it is not the first, decides nothing whatever stands around it.
fn decides(byte: u8) -> u8 {
    u8::from(byte.wrapping_sub(b' ') > b'~' - b' ') | u8::from(byte == b'#') | u8::from(byte == b':')
}

/// Returns whether the character means something in a plain scalar of a block at its place.
fn is_indicator(byte: u8, first: bool, after_blank: bool, before_blank: bool) -> bool {
    match byte {
        b'#' => first || after_blank,
        b':' => before_blank,
        b'?' | b'-' => first && before_blank,
        b',' | b'[' | b']' | b'{' | b'}' | b'&' | b'*' | b'!' | b'|' | b'>' | b'\'' | b'"' | b'%' | b'@' | b'`' => {
            first
        }
        _ => false,
    }
}
