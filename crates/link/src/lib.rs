//! How the programs are linked; for build scripts.
//!
//! A program that loads its libraries spends half a millisecond on it, a quarter of what rendering a small chart takes, and runs
//! only where they are. On Linux with glibc the libraries go into the program wherever the machine that builds has them as
//! archives, and the program stands at a fixed address, so that no table of pointers is rewritten before it starts.
//!
//! rustc does the same with `-C target-feature=+crt-static`, but only for a whole build with a `--target` of its own, since the
//! flag would reach procedural macros, too.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::Command,
};

/// The libraries that rustc and `libz-sys` name, which are archives of the same name, but for the one that unwinds.
const LIBRARIES: [(&str, &str); 8] = [
    ("c", "c"),
    ("m", "m"),
    ("util", "util"),
    ("rt", "rt"),
    ("pthread", "pthread"),
    ("dl", "dl"),
    ("z", "z"),
    ("gcc_s", "gcc_eh"),
];

/// What the archives need of each other.
const TOGETHER: [&str; 3] = ["c", "gcc_eh", "gcc"];

/// Tells cargo how to link the binaries of the package whose build script calls it.
pub fn binaries() {
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|found| found == value);
    let is_static = env::var("CARGO_CFG_TARGET_FEATURE").is_ok_and(|all| all.split(',').any(|one| one == "crt-static"));
    if !is("CARGO_CFG_TARGET_OS", "linux") || !is("CARGO_CFG_TARGET_ENV", "gnu") || is_static {
        return;
    }
    tell_cargo("rustc-link-arg-bins=-no-pie");
    let is_own = env::var("HOST").ok() == env::var("TARGET").ok();
    let archives = TOGETHER.iter().map(|name| archive(name)).collect::<Option<Vec<_>>>();
    if let (true, Some(together), Some(out)) = (is_own, archives, env::var_os("OUT_DIR")) {
        let folder = Path::new(&out).join("archives");
        if redirect(&folder, &together).is_ok_and(|all| all) {
            tell_cargo("rustc-link-arg-bins=-static");
            tell_cargo(&format!("rustc-link-arg-bins=-L{}", folder.display()));
        }
    }
}

/// Writes a linker script for each library into `folder`, which gives its archive in its place; tells whether all have one.
fn redirect(folder: &Path, together: &[PathBuf]) -> io::Result<bool> {
    fs::create_dir_all(folder)?;
    let group: String = together.iter().map(|path| format!(" {}", path.display())).collect();
    for (library, name) in LIBRARIES {
        let Some(archive) = archive(name) else { return Ok(false) };
        fs::write(folder.join(format!("lib{library}.so")), format!("GROUP ({}{group} )\n", archive.display()))?;
    }
    Ok(true)
}

/// Returns where the compiler finds an archive, where it has it.
fn archive(name: &str) -> Option<PathBuf> {
    let found = Command::new("cc").arg(format!("-print-file-name=lib{name}.a")).output().ok()?;
    // It gives back the bare name of what it does not have.
    let path = PathBuf::from(String::from_utf8(found.stdout).ok()?.trim());
    path.is_absolute().then_some(path)
}

#[expect(clippy::print_stdout, reason = "cargo reads what build scripts print")]
fn tell_cargo(instruction: &str) {
    println!("cargo::{instruction}");
}
