//! The program needs nothing but the kernel where the machine that builds has the archives for it.
#![cfg(all(target_os = "linux", target_env = "gnu", target_pointer_width = "64", target_endian = "little"))]

use std::process::Command;

/// Returns whether a program asks for a loader of libraries.
///
/// Source: `elf(5)`; the table of segments, of which each begins with its type.
fn asks_for_a_loader(program: &[u8]) -> bool {
    const PT_INTERP: usize = 3;
    let number = |at: usize, width: usize| {
        program[at..at + width].iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte))
    };
    let (table, size, count) = (number(0x20, 8), number(0x36, 2), number(0x38, 2));
    (0..count).any(|at| number(table + at * size, 4) == PT_INTERP)
}

#[test]
fn the_program_loads_no_library_where_it_can_be_without() {
    let has = |name: &str| {
        let found =
            Command::new("cc").arg(format!("-print-file-name=lib{name}.a")).output().expect("because it linked");
        found.stdout.starts_with(b"/")
    };
    if !["c", "m", "util", "rt", "pthread", "dl", "z", "gcc", "gcc_eh"].into_iter().all(has) {
        // This machine has no archives to link with.
        return;
    }
    let program = std::fs::read(env!("CARGO_BIN_EXE_towpath-render")).expect("because it was built");
    assert!(program.starts_with(b"\x7fELF"));
    assert!(!asks_for_a_loader(&program), "the program needs a loader");
    let usual = std::fs::read(std::env::current_exe().expect("because it runs")).expect("because it was built");
    assert!(asks_for_a_loader(&usual), "the test itself is linked as usual, and shows that it would be noticed");
}
